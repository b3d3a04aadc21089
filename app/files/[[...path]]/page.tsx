import { Download, Trash2 } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { HomeBrowser } from "#components/files/home-browser.tsx";
import { HomePath } from "#components/files/home-path.tsx";
import { QuotaBar, QuotaWarning } from "#components/files/quota-bar.tsx";
import { TrashView } from "#components/files/trash-view.tsx";
import { NotebookInPage } from "#components/notebook/notebook-in-page.tsx";
import { PreviewView } from "#components/project/file-preview.tsx";
import { nearbyInHome } from "#lib/files/nearby-files.ts";
import { formatBytes } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import type { Context } from "#server/context.ts";
import { requestContext } from "#server/next/request-context.ts";
import { linkHomeFolders } from "#server/usecases/link-home-folders.ts";
import { listHomeFiles } from "#server/usecases/list-home-files.ts";
import { listHomeTrash } from "#server/usecases/list-home-trash.ts";
import { findHomeEntry } from "#server/usecases/open-home-file.ts";
import { prepareHomeNotebook, previewHomeFile } from "#server/usecases/preview-home-file.ts";
import { showHomeUsage } from "#server/usecases/show-home-usage.ts";
import { decoded } from "../../address.ts";
import { shown } from "../../usecase-page.ts";

export const dynamic = "force-dynamic";
type Props = { params: Promise<{ path?: string[] }>; searchParams: Promise<Record<string, string | string[] | undefined>> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const path = await pathOf(params);
  return { title: path.split("/").at(-1) || t.home.title, robots: { index: false } };
}

export default async function FilesPage({ params, searchParams }: Props) {
  const [ctx, path, query] = await Promise.all([requestContext(), pathOf(params), searchParams]);
  if (ctx.actor.kind !== "user") redirect(routes.signIn(routes.files(path)));
  if (query.view === "trash") return <TrashPage ctx={ctx} />;
  const isFolder = path === "" || shown(await findHomeEntry(ctx, { path })).kind === "folder";
  return isFolder ? <FolderPage ctx={ctx} path={path} hidden={query.hidden === "true"} after={one(query.after)} /> : <FilePage ctx={ctx} path={path} />;
}

async function FolderPage({ ctx, path, hidden, after }: { ctx: Context; path: string; hidden: boolean; after: string | undefined }) {
  const [listed, usage] = await Promise.all([listHomeFiles(ctx, { folder: path, hidden, after }), showHomeUsage(ctx)]);
  const { items, next } = shown(listed);
  const links =
    path === "projects"
      ? await linkHomeFolders(
          ctx,
          items.map((entry) => entry.name),
        )
      : [];
  const [above, folder] = path.split("/");
  const [within] = above === "projects" && folder !== undefined ? await linkHomeFolders(ctx, [folder]) : [];
  return (
    <div className="page pt-8 pb-16">
      <div className="flex flex-wrap items-start justify-between gap-x-8 gap-y-3">
        <HomePath path={path} />
        <QuotaBar usage={shown(usage)} />
      </div>
      <QuotaWarning usage={shown(usage)} />
      {above === "runs" && <Explained words={t.home.runsExplained} />}
      {above === "projects" && (
        <Explained words={t.home.projectsExplained}>
          {within && (
            <Link className="link" href={routes.project(within.slug)} prefetch={false}>
              {t.home.projectOf(within.title)}
            </Link>
          )}
        </Explained>
      )}
      <HomeBrowser
        key={path}
        path={path}
        entries={items}
        next={next}
        hidden={hidden}
        projects={Object.fromEntries(links.map(({ folder: name, slug, title }) => [name, { slug, title }]))}
      />
      <p className="pt-6">
        <Link className="button button-quiet -ml-2" href={routes.homeTrash()} prefetch={false}>
          <Trash2 size={15} aria-hidden />
          {t.home.trash}
        </Link>
      </p>
    </div>
  );
}

function Explained({ words, children }: { words: string; children?: React.ReactNode }) {
  return (
    <p className="mt-3 max-w-prose font-serif text-base text-soft">
      {words} {children}
    </p>
  );
}

async function TrashPage({ ctx }: { ctx: Context }) {
  const [listed, usage] = await Promise.all([listHomeTrash(ctx), showHomeUsage(ctx)]);
  return (
    <div className="page page-reading pt-8 pb-16">
      <p>
        <Link className="link" href={routes.files()} prefetch={false}>
          {t.home.backToFiles}
        </Link>
      </p>
      <div className="mt-2 flex flex-wrap items-start justify-between gap-x-8 gap-y-3">
        <h1 className="text-2xl">{t.home.bin.title}</h1>
        <QuotaBar usage={shown(usage)} />
      </div>
      <p className="mt-2 font-serif text-base text-soft">{t.home.bin.lead(ctx.config.projects.trashDays)}</p>
      <TrashView items={shown(listed).items} />
    </div>
  );
}

async function FilePage({ ctx, path }: { ctx: Context; path: string }) {
  const { entry, preview } = shown(await previewHomeFile(ctx, { path }));
  return (
    <div className="page pt-8 pb-16">
      <div className="file-bar">
        <HomePath path={path} />
        <div className="flex flex-wrap items-center gap-2">
          <span className="hint tabular-nums">{formatBytes(entry.bytes)}</span>
          <a className="button button-small button-quiet" href={routes.api.homeFile(path)} download={entry.name} aria-label={t.home.downloadOf(entry.name)}>
            <Download size={13} aria-hidden />
            {t.home.download}
          </a>
        </div>
      </div>
      <PreviewView
        preview={preview}
        path={path}
        name={entry.name}
        bytes={entry.bytes}
        raw={routes.api.homeFile(path)}
        notebook={
          <NotebookInPage
            prepare={() => prepareHomeNotebook(ctx, { path })}
            outputBase={routes.homeOutputs(path)}
            files={nearbyInHome(path)}
            name={entry.name}
          />
        }
      />
    </div>
  );
}

async function pathOf(params: Props["params"]): Promise<string> {
  return ((await params).path ?? []).map(decoded).join("/");
}

function one(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
