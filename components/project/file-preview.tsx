import { Download } from "lucide-react";
import type { ReactNode } from "react";
import { Code } from "#components/notebook/code.tsx";
import { Markdown } from "#components/outputs/markdown.tsx";
import type { FilePreview, ShownFile } from "#lib/domain/file-preview.ts";
import { formatBytes } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { TablePreview } from "./table-preview.tsx";

type Props = { slug: string; file: ShownFile /** What is shown where the file is a notebook. */; notebook: ReactNode };

export function FilePreviewView({ slug, file, notebook }: Props) {
  return <PreviewView {...file} raw={routes.projectRaw(slug, file.path, file.commit)} notebook={notebook} />;
}

type PreviewProps = { preview: FilePreview; path: string; name: string; bytes: number /** Address of its bytes. */; raw: string; notebook: ReactNode };

/** The content of a file, in the shape that suits it. */
export function PreviewView({ preview, path, name, bytes, raw, notebook }: PreviewProps) {
  switch (preview.kind) {
    case "notebook":
      return notebook;
    case "markdown":
      return (
        <div className="pt-6">
          <Markdown html={preview.html} />
        </div>
      );
    case "table":
      return <TablePreview table={preview.table} name={name} />;
    case "text":
      return (
        <div className="pt-4">
          <Code source={preview.source} path={path} numbered />
        </div>
      );
    case "image":
      return (
        <div className="flex justify-center pt-6">
          <div className="paper">
            {/* biome-ignore lint/performance/noImgElement: somebody's image, of a size that nobody knows. */}
            <img src={raw} alt={t.projectFiles.imageOf(name)} className="max-h-[80dvh]" />
          </div>
        </div>
      );
    case "pdf":
      return <NotShown words={t.projectFiles.pdf} raw={raw} bytes={bytes} />;
    case "binary":
      return <NotShown words={t.projectFiles.binary} raw={raw} bytes={bytes} />;
    case "large":
      return <NotShown words={t.projectFiles.tooLargeToShow(formatBytes(bytes))} raw={raw} bytes={bytes} />;
  }
}

function NotShown({ words, raw, bytes }: { words: string; raw: string; bytes: number }) {
  return (
    <div className="py-10 text-center">
      <p className="font-serif text-lg text-soft">{words}</p>
      <a className="button mt-4" href={raw} download>
        <Download size={15} aria-hidden />
        {t.projectFiles.download}
        <span className="font-normal text-soft">{formatBytes(bytes)}</span>
      </a>
    </div>
  );
}
