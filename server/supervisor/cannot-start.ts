/** Why the house cannot open, in words for the person who started it: no fault of the program, so no stack is shown. */
export class CannotStart extends Error {}
