import { BadgeCheck } from "lucide-react";
import Link from "next/link";
import type { ProjectCard } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

/** `described`: where there is room for a sentence, and for what its number means. */
export function ProjectRows({ projects, described = false }: { projects: readonly ProjectCard[]; described?: boolean }) {
  return (
    <ul className="rows">
      {projects.map((project) => (
        <li key={project.slug}>
          <Link href={routes.project(project.slug)} prefetch={false} className="area-link">
            <span className="area-name min-w-0 grow">
              {project.title}
              {described && project.description && <span className="hint block">{project.description}</span>}
            </span>
            {described ? <Marks project={project} /> : <Count of={project.worksheets} />}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Marks({ project }: { project: ProjectCard }) {
  return (
    <span className="flex shrink-0 flex-col items-end text-fine text-soft">
      {project.official && (
        <span className="inline-flex items-center gap-1 font-medium text-accent">
          <BadgeCheck size={14} aria-hidden />
          {t.projects.official}
        </span>
      )}
      {t.gallery.worksheets(project.worksheets)}
    </span>
  );
}

function Count({ of }: { of: number }) {
  return (
    <span className="text-soft tabular-nums">
      {of.toLocaleString("en")}
      <span className="sr-only"> {t.gallery.worksheets(of).replace(/^\S+ /, "")}</span>
    </span>
  );
}
