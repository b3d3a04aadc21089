/** One's own files. */
export const home = {} as const;
