import { ArrowRight, Copy } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { AreaMark } from "#components/gallery/area-mark.tsx";
import type { ProjectView } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { VisibilityMark } from "./visibility-mark.tsx";

export type ProjectHead = Pick<ProjectView, "id" | "slug" | "title" | "description" | "type" | "visibility" | "official" | "area" | "owner" | "may">;
export type ProjectPart = "overview" | "files" | "versions" | "changes" | "settings";

type Props = {
  project: ProjectHead;
  /** Null for what is beside the parts. */
  part: ProjectPart | null;
  /** How the next step is offered: quietly where the page has one of its own, not at all where the page is that step. */
  next?: "accent" | "quiet" | "none";
  children: ReactNode;
};

/** The head that every page of a project has: what it is, its parts, and the one thing to do next. */
export function ProjectFrame({ project, part, next = "accent", children }: Props) {
  return (
    <div className="page">
      <header className="pt-8">
        <p className="eyebrow flex flex-wrap items-baseline gap-x-3">
          <span>
            <AreaMark slug={project.area.slug} />
            <Link href={routes.area(project.area.slug)} className="hover:text-ink">
              {project.area.title}
            </Link>
            {` · ${t.project.kind} ${t.project.by(project.owner.displayName)}`}
          </span>
          <VisibilityMark visibility={project.visibility} official={project.official} />
        </p>
        <div className="mt-1 flex flex-wrap items-start justify-between gap-x-8 gap-y-3">
          <div className="min-w-0">
            <Title project={project} part={part} />
            {part === "overview" && project.description && <p className="mt-2 max-w-2xl font-serif text-lg text-balance text-soft">{project.description}</p>}
          </div>
          {next !== "none" && <NextStep project={project} className={next === "accent" ? "button button-primary" : "button"} />}
        </div>
        <nav aria-label={t.projects.page.sections} className="mt-4 mb-8 border-b border-line">
          <ul className="tabs">
            {partsOf(project).map(([name, href]) => (
              <li key={name}>
                <Link href={href} prefetch={false} className="tab" aria-current={name === part ? "page" : undefined}>
                  {t.projects.page[name]}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      </header>
      {children}
    </div>
  );
}

function partsOf({ slug, may }: ProjectHead): readonly (readonly [ProjectPart, string])[] {
  return [
    ["overview", routes.project(slug)],
    ["files", routes.projectFiles(slug)],
    ["versions", routes.projectVersions(slug)],
    ...(may.write ? ([["changes", routes.projectChanges(slug)]] as const) : []),
    ...(may.administer ? ([["settings", routes.projectSettings(slug)]] as const) : []),
  ];
}

/** On its own page the title is the page's; on the others it leads back, and the part is what the page is about. */
function Title({ project, part }: { project: ProjectHead; part: ProjectPart | null }) {
  if (part === "overview") return <h1 className="max-w-3xl text-2xl">{project.title}</h1>;
  return (
    <p className="max-w-3xl font-serif text-2xl font-semibold tracking-tight">
      <Link href={routes.project(project.slug)} prefetch={false} className="hover:text-accent">
        {project.title}
      </Link>
    </p>
  );
}

function NextStep({ project, className }: { project: ProjectHead; className: string }) {
  if (project.may.write) {
    return (
      <div className="flex flex-wrap items-center gap-2">
        <Link href={routes.projectCopy(project.slug)} prefetch={false} className="button">
          <Copy size={15} aria-hidden />
          {t.projects.page.copy}
        </Link>
        <a href={routes.lab(project.slug)} className={className}>
          {project.type === "shell" ? t.projects.page.openShell : t.projects.page.open}
          <ArrowRight size={16} aria-hidden />
        </a>
      </div>
    );
  }
  return (
    <Link href={routes.projectCopy(project.slug)} prefetch={false} className={className}>
      <Copy size={15} aria-hidden />
      {t.projects.page.copy}
    </Link>
  );
}
