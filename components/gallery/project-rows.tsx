import Link from "next/link";
import type { ProjectCard } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

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
            <span className="text-soft tabular-nums">
              {project.worksheets.toLocaleString("en")}
              <span className="sr-only"> {t.gallery.worksheets(project.worksheets).replace(/^\S+ /, "")}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
