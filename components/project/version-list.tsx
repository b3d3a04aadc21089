import { ArrowRight, FolderOpen, GitCompareArrows, History } from "lucide-react";
import Link from "next/link";
import { Age } from "#components/layout/age.tsx";
import type { VersionView } from "#lib/domain/project.ts";
import type { Page } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { ActionButton } from "./action-button.tsx";
import type { ActionOutcome } from "./action-outcome.ts";
import type { ProjectHead } from "./project-frame.tsx";
import { firstLine } from "./version-line.tsx";

type Restore = (given: { projectId: string; commit: string }) => Promise<ActionOutcome>;
type Props = { project: ProjectHead; page: Page<VersionView>; isFirst: boolean; restore: Restore };

/** The history, with two columns of choices: an ordinary form leads to the comparison, without scripts too. */
export function VersionList({ project, page, isFirst, restore }: Props) {
  const { items, next } = page;
  if (items.length === 0) {
    return (
      <div className="border-t border-line py-8">
        <p className="font-serif text-lg">{t.projectFiles.versions.none}</p>
        {project.may.write && <p className="mt-1 text-soft">{t.projectFiles.versions.noneHint}</p>}
      </div>
    );
  }
  const [newest, before] = items;
  return (
    <form action={`${routes.project(project.slug)}/compare`} className="max-w-4xl">
      <div className="flex items-end pb-1" aria-hidden>
        <span className="version-choice hint">
          <span>{t.projectFiles.versions.fromShort}</span>
          <span>{t.projectFiles.versions.toShort}</span>
        </span>
      </div>
      <ol className="rows">
        {items.map((version, index) => (
          <li key={version.commit} className="version-row">
            <span className="version-choice">
              <input
                type="radio"
                name="from"
                value={version.commit}
                defaultChecked={version === (before ?? newest)}
                aria-label={t.projectFiles.versions.fromOf(version.number)}
              />
              <input
                type="radio"
                name="to"
                value={version.commit}
                defaultChecked={version === newest}
                aria-label={t.projectFiles.versions.toOf(version.number)}
              />
            </span>
            <span className="text-soft tabular-nums">{version.number.toLocaleString("en")}</span>
            <div className="min-w-0">
              <Link className="font-medium wrap-anywhere hover:text-accent" href={routes.projectVersion(project.slug, version.commit)} prefetch={false}>
                {firstLine(version.message)}
              </Link>
              <p className="text-soft">
                {version.author} · <Age at={version.at} />
                {isFirst && index === 0 && <> · {t.projectFiles.versions.newest}</>}
              </p>
            </div>
            <div className="version-buttons">
              <Link
                className="button button-small button-quiet"
                href={routes.projectFiles(project.slug, "", version.commit)}
                prefetch={false}
                aria-label={t.projectFiles.versions.filesOf(version.number)}
              >
                <FolderOpen size={13} aria-hidden />
                {t.projectFiles.title}
              </Link>
              {project.may.write && !(isFirst && index === 0) && <RestoreButton project={project} version={version} restore={restore} />}
            </div>
          </li>
        ))}
      </ol>
      <div className="bottom-0 flex flex-wrap items-center gap-3 bg-ground py-3 sm:sticky">
        {items.length > 1 && (
          <button type="submit" className="button">
            <GitCompareArrows size={15} aria-hidden />
            {t.projectFiles.versions.compare}
          </button>
        )}
        <span className="ml-auto flex gap-2">
          {!isFirst && (
            <Link className="button button-quiet" href={routes.projectVersions(project.slug)} prefetch={false}>
              {t.projectFiles.versions.first}
            </Link>
          )}
          {next && (
            <Link className="button button-quiet" href={`${routes.projectVersions(project.slug)}?cursor=${encodeURIComponent(next)}`} prefetch={false}>
              {t.projectFiles.versions.more}
              <ArrowRight size={15} aria-hidden />
            </Link>
          )}
        </span>
      </div>
    </form>
  );
}

export function RestoreButton({ project, version, restore, large = false }: { project: ProjectHead; version: VersionView; restore: Restore; large?: boolean }) {
  return (
    <ActionButton
      action={restore.bind(null, { projectId: project.id, commit: version.commit })}
      className={large ? "button" : "button button-small button-quiet"}
      busyWords={t.projectFiles.versions.restoring}
      label={t.projectFiles.versions.restoreOf(version.number)}
      question={{
        title: t.projectFiles.versions.restoreTitle(version.number),
        what: t.projectFiles.versions.restoreWhat,
        yes: t.projectFiles.versions.restore,
        no: t.projectFiles.versions.keep,
      }}
    >
      <History size={large ? 15 : 13} aria-hidden />
      {t.projectFiles.versions.restore}
    </ActionButton>
  );
}
