/** A file of this name stands in a data folder for as long as a restore into it is not whole; no server starts over it. */
export const unfinishedRestore = "restore-unfinished";
