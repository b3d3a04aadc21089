/** Something in a person's home. Times are ISO 8601, paths relative to the home; `stamp` changes whenever the file does. */
export type HomeEntryView = {
  readonly name: string;
  readonly path: string;
  readonly kind: "file" | "folder" | "link" | "other";
  readonly bytes: number;
  readonly modifiedAt: string;
  readonly stamp: string;
};

export type TrashedEntryView = {
  readonly id: string;
  /** Where it was. */
  readonly path: string;
  readonly kind: HomeEntryView["kind"];
  readonly bytes: number;
  readonly trashedAt: string;
  /** When it is removed for good. */
  readonly removedAt: string;
};

export type HomeUsageView = { readonly usedBytes: number; readonly limitBytes: number; readonly countedAt: string };

export type HomeUploadView = { readonly id: string; readonly path: string; readonly receivedBytes: number; readonly totalBytes: number };

/** From here on a page warns: most of the room is used up. */
export const crowdedShare = 0.8;

/** What one request carries at most; what is larger comes in pieces. */
export const uploadPieceBytes = 64 * 1024 * 1024;
