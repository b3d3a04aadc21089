"use client";
import { useEffect, useState } from "react";
import type { EnvironmentEvent } from "#lib/domain/environment.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

/** As many as a page shows without becoming slow; the last ones say most. */
const shownLines = 1000;

/** What programs said while an environment was made: fetched when somebody opens it, and followed from there. */
export function BuildLog({ projectId }: { projectId: string }) {
  const [isOpen, setOpen] = useState(false);
  const [lines, setLines] = useState<readonly string[]>([]);

  useEffect(() => {
    if (!isOpen) return;
    const source = new EventSource(routes.api.projectEnvironmentEvents(projectId));
    source.onmessage = (message: MessageEvent<string>) => {
      const { first, lines: more } = JSON.parse(message.data) as EnvironmentEvent;
      // A new connection, or a build that was begun anew, tells it from the start.
      if (more.length > 0) setLines((before) => [...(first === 1 ? [] : before), ...more].slice(-shownLines));
    };
    source.addEventListener("end", () => source.close());
    return () => source.close();
  }, [isOpen, projectId]);

  return (
    <details className="mt-3" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t.environment.log}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <pre className="max-h-80 overflow-auto text-sm" tabIndex={0} role="log" aria-label={t.environment.logOf} aria-live="off">
        {lines.length === 0 ? t.environment.noLog : lines.join("\n")}
      </pre>
    </details>
  );
}
