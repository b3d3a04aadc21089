/** Opaque ids: a two- or three-letter kind, "_" and 26 characters of base32 (130 random bits). */
type Brand<Name extends string> = string & { readonly __brand: Name };

export type UserId = Brand<"UserId">;
export type SessionId = Brand<"SessionId">;
export type TokenId = Brand<"TokenId">;
export type VisitorId = Brand<"VisitorId">;
export type ProjectId = Brand<"ProjectId">;
export type WorksheetId = Brand<"WorksheetId">;
export type VersionId = Brand<"VersionId">;
export type RunId = Brand<"RunId">;
export type UploadId = Brand<"UploadId">;
export type LabId = Brand<"LabId">;
export type WorkingCopyId = Brand<"WorkingCopyId">;
export type OfficialRequestId = Brand<"OfficialRequestId">;
export type EnvironmentBuildId = Brand<"EnvironmentBuildId">;
export type GroupId = Brand<"GroupId">;
export type EngineId = Brand<"EngineId">;
/** The forge's own id of a repository; a string everywhere, since forges differ. */
export type RepositoryId = Brand<"RepositoryId">;
/** A full git object id, 40 or 64 hexadecimal digits. */
export type CommitId = Brand<"CommitId">;
/** The git object id of a file's content, 40 or 64 hexadecimal digits. */
export type BlobId = Brand<"BlobId">;
/** "sha256:" and 64 hexadecimal digits. */
export type Digest = Brand<"Digest">;

export const idPrefixes = {
  user: "us",
  session: "se",
  token: "tk",
  visitor: "vi",
  project: "pr",
  worksheet: "ws",
  version: "ve",
  run: "run",
  upload: "up",
  lab: "lab",
  workingCopy: "wc",
  officialRequest: "or",
  environmentBuild: "eb",
  group: "gr",
} as const satisfies Record<string, string>;

export type IdKind = keyof typeof idPrefixes;

export type IdOf = {
  user: UserId;
  session: SessionId;
  token: TokenId;
  visitor: VisitorId;
  project: ProjectId;
  worksheet: WorksheetId;
  version: VersionId;
  run: RunId;
  upload: UploadId;
  lab: LabId;
  workingCopy: WorkingCopyId;
  officialRequest: OfficialRequestId;
  environmentBuild: EnvironmentBuildId;
  group: GroupId;
};

/** Crockford's base32 in lower case: no i, l, o, u, so that ids survive being read aloud. */
export const base32Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

export function isId<K extends IdKind>(kind: K, text: string): text is IdOf[K] {
  const prefix = `${idPrefixes[kind]}_`;
  return text.startsWith(prefix) && /^[0-9a-hjkmnp-tv-z]{26}$/.test(text.slice(prefix.length));
}
