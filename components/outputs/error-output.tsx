"use client";
import { t } from "#lib/messages/en.ts";
import type { AnsiSpan } from "#lib/worksheet/ansi.ts";
import { AnsiText } from "./ansi-text.tsx";

/** A plain sentence for readers; the traceback is there for whom the server sent one, the author. */
export function ErrorOutput({ name, message, traceback }: { name: string; message: string; traceback: readonly AnsiSpan[] }) {
  return (
    <div className="notice notice-wrong block">
      <p className="label">{t.output.errorReader}</p>
      <p className="mt-0.5 font-mono text-xs wrap-anywhere">
        {name}
        {message && `: ${message}`}
      </p>
      {traceback.length > 0 && (
        <details className="mt-2">
          <summary className="hint cursor-pointer">{t.output.traceback}</summary>
          <pre className="output-text mt-2">
            <AnsiText spans={traceback} />
          </pre>
        </details>
      )}
    </div>
  );
}
