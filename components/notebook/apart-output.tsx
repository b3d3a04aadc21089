"use client";
import { useState } from "react";
import { OutputView } from "#components/outputs/output-view.tsx";
import { formatBytes } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import type { Output } from "#lib/notebook/nbformat.ts";
import { showAll } from "#lib/notebook/present-cell-output.ts";

type Props = { url: string; what: "text" | "page" | "data"; bytes: number; name: string; caption: string };
type State = { readonly kind: "closed" | "loading" | "failed" } | { readonly kind: "open"; readonly output: Output };

/** An output that is too heavy to come with the page: fetched when somebody wants to see it. */
export function ApartOutput({ url, what, bytes, name, caption }: Props) {
  const [state, setState] = useState<State>({ kind: "closed" });
  const load = async () => {
    setState({ kind: "loading" });
    try {
      const response = await fetch(url, { headers: { accept: "application/json" } });
      // Our own server wrote it, from a notebook that it had parsed.
      setState(response.ok ? { kind: "open", output: (await response.json()) as Output } : { kind: "failed" });
    } catch {
      setState({ kind: "failed" });
    }
  };
  if (state.kind === "open") return <OutputView output={state.output} show={showAll} name={name} caption={caption} origin={null} />;
  return (
    <p className="notebook-apart" aria-live="polite">
      <button type="button" className="button button-small" onClick={() => void load()} aria-disabled={state.kind === "loading"}>
        {state.kind === "failed" ? t.notebook.again : t.notebook.showApart(what, formatBytes(bytes))}
      </button>
      {state.kind === "loading" && <span className="hint">{t.notebook.loading}</span>}
      {state.kind === "failed" && <span className="field-error">{t.notebook.notLoaded}</span>}
    </p>
  );
}
