/** A project's files and notebooks as a reader sees them, its versions and differences. */
export const projectFiles = {} as const;
