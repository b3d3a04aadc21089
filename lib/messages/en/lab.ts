/** JupyterLab in the page, and what runs. */
export const lab = {} as const;
