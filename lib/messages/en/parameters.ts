/** Marking parameters and trying a worksheet. */
export const parameters = {} as const;
