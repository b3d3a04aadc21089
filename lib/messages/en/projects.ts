/** Projects: lists, making one, settings, copies, the official shelf. */
export const projects = {} as const;
