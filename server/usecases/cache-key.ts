import { canonicalJson } from "#lib/canonical-json.ts";
import type { Digest } from "#lib/domain/ids.ts";
import type { Values } from "#lib/domain/parameter.ts";
import { digestOf } from "#server/ids.ts";

export type Computation = {
  readonly commit: string;
  readonly notebookPath: string;
  readonly environmentDigest: string;
  readonly values: Values;
  /** Parameter name → digest of the file given. */
  readonly inputs: Readonly<Record<string, string>>;
};

/** Names what is computed: two runs with the same key give the same answer. */
export function cacheKey({ commit, notebookPath, environmentDigest, values, inputs }: Computation): Digest {
  return digestOf(canonicalJson({ commit, notebookPath, environmentDigest, values: withoutUploads(values), inputs }));
}

/** The same file sent twice has two ids and one content, which `inputs` names; its name is seen by the kernel. */
function withoutUploads(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === "object" && value !== null && "upload" in value ? { upload: "", name: value.name } : value,
    ]),
  );
}
