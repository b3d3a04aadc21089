import Link from "next/link";
import { Age } from "#components/layout/age.tsx";
import type { VersionView } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

/** One version in a line: its number, what was said, who and when. */
export function VersionLine({ slug, version }: { slug: string; version: VersionView }) {
  return (
    <p className="min-w-0">
      <Link href={routes.projectVersion(slug, version.commit)} prefetch={false} className="font-medium hover:text-accent">
        {t.projects.page.versionNumber(version.number)}
      </Link>
      <span className="wrap-anywhere"> {firstLine(version.message)}</span>
      <span className="block text-soft">
        {version.author} · <Age at={version.at} />
      </span>
    </p>
  );
}

/** The first line is the message's title; what follows are its details. */
export function firstLine(message: string): string {
  return message.split("\n", 1)[0]?.trim() || t.projectFiles.versions.noMessage;
}
