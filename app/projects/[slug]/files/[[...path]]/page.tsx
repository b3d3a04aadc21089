import { ArrowRight, Download } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { cache } from "react";
import { NotebookInPage } from "#components/notebook/notebook-in-page.tsx";
import { FileList } from "#components/project/file-list.tsx";
import { FilePath } from "#components/project/file-path.tsx";
import { FilePreviewView } from "#components/project/file-preview.tsx";
import { OlderNotice } from "#components/project/older-notice.tsx";
import { ProjectFrame } from "#components/project/project-frame.tsx";
import type { VersionView } from "#lib/domain/project.ts";
import { nearbyInVersion } from "#lib/files/nearby-files.ts";
import { formatBytes } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import type { Context } from "#server/context.ts";
import { listVersionFiles, type VersionFiles } from "#server/usecases/list-version-files.ts";
import { prepareVersionNotebook, previewVersionFile } from "#server/usecases/preview-version-file.ts";
import { decoded } from "../../../../address.ts";
import { shown } from "../../../../usecase-page.ts";
import { askedProject, one } from "../../../project-head.ts";

export const dynamic = "force-dynamic";
type Props = { params: Promise<{ slug: string; path?: string[] }>; searchParams: Promise<Record<string, string | string[] | undefined>> };

const asked = cache(async (slug: string, path: string, version: string | undefined) => askedProject(slug, (now) => routes.projectFiles(now, path, version)));

export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const { slug, path } = await placeOf(params);
  const { project } = await asked(slug, path, one(await searchParams, "version"));
  return { title: `${path.split("/").at(-1) || t.projectFiles.title} · ${project.title}`, robots: { index: false } };
}

export default async function FilesPage({ params, searchParams }: Props) {
  const { slug, path } = await placeOf(params);
  const query = await searchParams;
  const version = one(query, "version");
  const { ctx, project } = await asked(slug, path, version);
  const listed = await listVersionFiles(ctx, { projectId: project.id, commit: version, folder: path, cursor: one(query, "cursor") });
  const isFolder = listed.ok || path === "" || listed.failure.code !== "not_found";
  return (
    <ProjectFrame project={project} part="files">
      {isFolder ? (
        <Folder slug={slug} path={path} asked={version} files={shown(listed)} newest={project.version} />
      ) : (
        <OneFile ctx={ctx} slug={slug} path={path} asked={version} newest={project.version} projectId={project.id} mayWrite={project.may.write} />
      )}
    </ProjectFrame>
  );
}

type Place = { slug: string; path: string /** The version that the address names. */; asked: string | undefined; newest: VersionView | null };

function Folder({ slug, path, asked: version, files, newest }: Place & { files: VersionFiles }) {
  const older = version !== undefined && files.version !== null && files.version.commit !== newest?.commit ? files.version : null;
  return (
    <>
      {older && <OlderNotice number={older.number} href={routes.projectFiles(slug, path)} />}
      <div className="file-bar">
        <FilePath slug={slug} path={path} version={version} />
      </div>
      {files.version === null || files.items.length === 0 ? (
        <p className="border-b border-line py-8 font-serif text-lg text-soft">{files.version === null ? t.projectFiles.emptyProject : t.projectFiles.empty}</p>
      ) : (
        <FileList slug={slug} entries={files.items} version={version} parent={path === "" ? undefined : path.split("/").slice(0, -1).join("/")} />
      )}
      {files.next && (
        <Link
          className="button mt-6"
          href={`${routes.projectFiles(slug, path)}?${new URLSearchParams({ ...(version ? { version } : {}), cursor: files.next })}`}
          prefetch={false}
        >
          {t.projectFiles.more}
          <ArrowRight size={16} aria-hidden />
        </Link>
      )}
    </>
  );
}

async function OneFile({ ctx, slug, path, asked: version, newest, projectId, mayWrite }: Place & { ctx: Context; projectId: string; mayWrite: boolean }) {
  const file = shown(await previewVersionFile(ctx, { projectId, slug, commit: version, path }));
  const older = file.commit !== newest?.commit;
  const isNotebook = file.preview.kind === "notebook";
  return (
    <>
      {older && <OlderNotice number={null} href={routes.projectFiles(slug, path)} />}
      <div className="file-bar">
        <FilePath slug={slug} path={path} version={version} />
        <div className="flex flex-wrap items-center gap-2">
          <span className="hint tabular-nums">{formatBytes(file.bytes)}</span>
          {mayWrite && !older && isNotebook && (
            <a className="button button-small" href={routes.lab(slug, path)}>
              {t.projectFiles.openInLab}
            </a>
          )}
          <a
            className="button button-small button-quiet"
            href={`${routes.projectRaw(slug, path, file.commit)}?download`}
            download={file.name}
            aria-label={t.projectFiles.downloadOf(file.name)}
          >
            <Download size={13} aria-hidden />
            {t.projectFiles.download}
          </a>
        </div>
      </div>
      <FilePreviewView
        slug={slug}
        file={file}
        notebook={
          <NotebookInPage
            prepare={() => prepareVersionNotebook(ctx, { projectId, commit: file.commit, path: file.path })}
            outputBase={routes.projectOutputs(slug, file.path, file.commit)}
            files={nearbyInVersion({ slug, commit: file.commit, path: file.path, version })}
            name={file.name}
          />
        }
      />
    </>
  );
}

async function placeOf(params: Props["params"]): Promise<{ slug: string; path: string }> {
  const { slug, path } = await params;
  return { slug, path: (path ?? []).map(decoded).join("/") };
}
