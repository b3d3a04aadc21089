"use client";
import { ArrowLeft, EllipsisVertical } from "lucide-react";
import Link from "next/link";
import { DropdownMenu, Popover } from "radix-ui";
import type { LabView } from "#lib/domain/lab.ts";
import type { ProjectView } from "#lib/domain/project.ts";
import { formatBytes } from "#lib/format.ts";
import type { WorkState } from "#lib/lab/lab-plan.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

export type LabProject = Pick<ProjectView, "id" | "slug" | "title" | "owner" | "type">;

type Props = {
  project: LabProject;
  lab: LabView | null;
  work: WorkState;
  behind: number;
  parametersOf: string | null;
  onSave: () => void;
  onPublish: () => void;
  onNewer: () => void;
  onStop: () => void;
};

/**
 * One thin line of ours above the lab: whose files these are, where the work stands, and what is done with it. Its links
 * are whole navigations, of which the browser warns while something is unsaved.
 */
export function LabBar({ project, lab, work, behind, parametersOf, onSave, onPublish, onNewer, onStop }: Props) {
  const isReady = lab?.state === "ready";
  const whyNot = isReady ? undefined : t.lab.onceItRuns;
  return (
    <div className="lab-bar">
      <a href={routes.project(project.slug)} className="icon-button shrink-0" aria-label={t.lab.back(project.title)}>
        <ArrowLeft size={17} aria-hidden />
      </a>
      <h1 className="min-w-0 truncate font-serif text-base font-semibold" title={project.title}>
        {project.title}
      </h1>
      <div className="lab-work">
        <p role="status" className="min-w-0 truncate">
          {wordsOf(work)}
        </p>
        {behind > 0 && (
          <button type="button" className="link shrink-0" disabled={!isReady} title={whyNot} onClick={onNewer}>
            {t.lab.behind(behind)}…
          </button>
        )}
      </div>
      <div className="ml-auto flex shrink-0 items-center gap-1">
        {isReady && lab.usage && <Memory usage={lab.usage} />}
        <People owner={project.owner} />
        <button type="button" className="button button-primary button-small" disabled={!isReady} title={whyNot} onClick={onSave}>
          {t.lab.save}
        </button>
        <button type="button" className="button button-small hidden sm:inline-flex" disabled={!isReady} title={whyNot} onClick={onPublish}>
          {t.lab.publish}
        </button>
        <button type="button" className="button button-quiet button-small hidden md:inline-flex" disabled={!isReady} title={whyNot} onClick={onStop}>
          {t.lab.stop}
        </button>
        <More project={project} isReady={isReady} parametersOf={parametersOf} onPublish={onPublish} onStop={onStop} />
      </div>
    </div>
  );
}

export function wordsOf(work: WorkState): string {
  switch (work.kind) {
    case "looking":
      return t.lab.looking;
    case "unsaved":
      return work.documents.length === 1 ? t.lab.unsavedIn(nameOf(work.documents[0] ?? "")) : t.lab.unsavedInMany(work.documents.length);
    case "changed":
      return work.since === null ? t.lab.changedFirst(work.files) : t.lab.changedSince(work.files, work.since);
    case "saved":
      return t.lab.versionSaved(work.version);
    case "empty":
      return t.lab.nothingYet;
  }
}

function nameOf(path: string): string {
  return path.split("/").at(-1) ?? path;
}

function Memory({ usage }: { usage: NonNullable<LabView["usage"]> }) {
  const words = t.lab.memory(formatBytes(usage.memoryBytes), formatBytes(usage.limitBytes));
  return (
    <span className="hidden items-center gap-1.5 px-1 text-xs text-soft tabular-nums lg:flex" title={words}>
      <meter className="home-meter w-12" min={0} max={usage.limitBytes} value={usage.memoryBytes} aria-label={words} />
      {formatBytes(usage.memoryBytes)}
    </span>
  );
}

function People({ owner }: { owner: LabProject["owner"] }) {
  return (
    <Popover.Root>
      <Popover.Trigger className="button button-quiet button-small hidden lg:inline-flex">{t.lab.people(1)}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu px-3 py-2" align="end" sideOffset={6}>
          <p className="hint">{t.lab.peopleTitle}</p>
          <ul>
            <li>
              {owner.displayName} <span className="text-soft">({t.lab.owner})</span>
            </li>
          </ul>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

type MoreProps = { project: LabProject; isReady: boolean; parametersOf: string | null; onPublish: () => void; onStop: () => void };

function More({ project, isReady, parametersOf, onPublish, onStop }: MoreProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="icon-button" aria-label={t.lab.more}>
        <EllipsisVertical size={17} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
          <DropdownMenu.Item className="menu-item sm:hidden" disabled={!isReady} onSelect={onPublish}>
            {t.lab.publish}
          </DropdownMenu.Item>
          {parametersOf && (
            <DropdownMenu.Item asChild>
              <Link className="menu-item" href={routes.projectParameters(project.slug, parametersOf)} target="_blank">
                {t.lab.parameters}
              </Link>
            </DropdownMenu.Item>
          )}
          <DropdownMenu.Item asChild>
            <Link className="menu-item" href={routes.projectVersions(project.slug)} target="_blank">
              {t.lab.versions}
            </Link>
          </DropdownMenu.Item>
          <DropdownMenu.Item asChild>
            <Link className="menu-item" href={routes.projectFiles(project.slug)} target="_blank">
              {t.lab.files}
            </Link>
          </DropdownMenu.Item>
          <DropdownMenu.Item asChild>
            <Link className="menu-item" href={routes.running()} target="_blank">
              {t.lab.running.title}
            </Link>
          </DropdownMenu.Item>
          <DropdownMenu.Separator className="my-1 h-px bg-line lg:hidden" />
          <DropdownMenu.Label className="px-3 py-1.5 text-xs text-soft lg:hidden">
            {t.lab.peopleTitle}: {project.owner.displayName} ({t.lab.owner})
          </DropdownMenu.Label>
          <DropdownMenu.Separator className="my-1 h-px bg-line md:hidden" />
          <DropdownMenu.Item className="menu-item md:hidden" disabled={!isReady} onSelect={onStop}>
            {t.lab.stop}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
