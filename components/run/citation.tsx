"use client";
import { Copy } from "lucide-react";
import { useState } from "react";
import type { RunRecord } from "#lib/domain/run.ts";
import type { RunView } from "#lib/domain/worksheet.ts";
import { formatInstant, shortCommit } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";

export function Citation({ run, record, url }: { run: RunView; record: RunRecord; url: string }) {
  const [copied, setCopied] = useState(false);
  const text = t.run.citation({
    title: run.worksheet.title,
    site: t.site.name,
    run: run.id,
    commit: shortCommit(record.commit),
    at: formatInstant(record.finishedAt),
    url,
  });
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <section aria-labelledby="cite">
      <h2 id="cite" className="mb-2 text-lg">
        {t.run.cite}
      </h2>
      <blockquote className="border-l-2 border-line-strong pl-4 font-serif text-base wrap-anywhere">{text}</blockquote>
      <button type="button" className="button button-quiet button-small mt-2" onClick={() => void copy()}>
        <Copy size={13} aria-hidden />
        <span aria-live="polite">{copied ? t.worksheet.copied : t.run.copyCitation}</span>
      </button>
    </section>
  );
}
