"use client";
import { useState } from "react";
import { t } from "#lib/messages/en.ts";

/** Answers of `onMake` say what is wrong with the name, or null. */
export function NewFolder({ onMake, onDone }: { onMake: (name: string) => Promise<string | null>; onDone: () => void }) {
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function make() {
    if (busy) return;
    if (name === "" || name.includes("/")) return setProblem(t.home.badName);
    setBusy(true);
    const wrong = await onMake(name);
    setBusy(false);
    if (wrong === null) onDone();
    else setProblem(wrong);
  }

  return (
    <form
      className="flex max-w-lg flex-wrap items-center gap-2 pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onDone();
      }}
    >
      <input
        className="field min-w-0 flex-1"
        aria-label={t.home.newFolderName}
        placeholder={t.home.newFolderName}
        aria-invalid={problem !== null}
        aria-describedby={problem ? "new-folder-error" : undefined}
        value={name}
        onChange={(event) => setName(event.target.value)}
        // biome-ignore lint/a11y/noAutofocus: it was asked for just now, at this place.
        autoFocus
        maxLength={255}
      />
      <button type="submit" className="button" aria-disabled={busy}>
        {t.home.make}
      </button>
      <button type="button" className="button button-quiet" onClick={onDone}>
        {t.home.cancel}
      </button>
      {problem && (
        <p id="new-folder-error" className="field-error w-full" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
