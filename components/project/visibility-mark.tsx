import { BadgeCheck, Globe, Lock } from "lucide-react";
import type { Visibility } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";

/** Who may read it, by word and shape. */
export function VisibilityMark({ visibility, official = false }: { visibility: Visibility; official?: boolean }) {
  const Icon = visibility === "public" ? Globe : Lock;
  return (
    <span className="inline-flex items-baseline gap-x-3">
      <span className="inline-flex items-baseline gap-1">
        <Icon size={13} className="self-center" aria-hidden />
        {t.projects.visibilities[visibility]}
      </span>
      {official && (
        <span className="inline-flex items-baseline gap-1 text-accent">
          <BadgeCheck size={14} className="self-center" aria-hidden />
          {t.projects.official}
        </span>
      )}
    </span>
  );
}
