/** Something the person at the terminal can mend; `message` is all they need to read. */
export class CommandProblem extends Error {}
