"use client";
import { X } from "lucide-react";
import { useState } from "react";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import type { LabProject } from "./lab-bar.tsx";

/** Said once: what came with a copy is used in labs only when its person agrees. The link is a whole navigation, as those of the bar. */
export function EnvironmentNotice({ project }: { project: LabProject }) {
  const [isRead, setRead] = useState(false);
  if (isRead) return null;
  return (
    <div className="lab-notice notice">
      <p className="min-w-0 flex-1">
        {t.environment.withoutIt}{" "}
        <a className="link font-medium" href={`${routes.project(project.slug)}#environment`}>
          {t.environment.seeIt}
        </a>
      </p>
      <button type="button" className="icon-button" aria-label={t.lab.close} onClick={() => setRead(true)}>
        <X size={15} aria-hidden />
      </button>
    </div>
  );
}
