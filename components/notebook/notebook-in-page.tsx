import { Suspense } from "react";
import type { PreparedNotebook } from "#lib/domain/notebook-view.ts";
import type { NearbyFiles } from "#lib/markdown-files.ts";
import { t } from "#lib/messages/en.ts";
import type { Result } from "#lib/result.ts";
import { NotebookView } from "./notebook-view.tsx";

type Props = {
  prepare: () => Promise<Result<PreparedNotebook>>;
  outputBase: string;
  files: NearbyFiles;
  /** Of the file, where the notebook has no title. */
  name: string;
};

/** A notebook in its file's page, which is there before it. */
export function NotebookInPage(props: Props) {
  return (
    <Suspense fallback={<p className="py-8 font-serif text-lg text-soft">{t.projectFiles.loading}</p>}>
      <Notebook {...props} />
    </Suspense>
  );
}

async function Notebook({ prepare, outputBase, files, name }: Props) {
  const prepared = await prepare();
  if (!prepared.ok) {
    return (
      <div className="notice notice-wrong mt-6">
        <strong>{t.projectFiles.notNotebook}</strong>
        <span>{prepared.failure.message}</span>
      </div>
    );
  }
  return (
    <div className="pt-6">
      <NotebookView notebook={prepared.value} outputBase={outputBase} files={files} title={prepared.value.title ?? name} />
    </div>
  );
}
