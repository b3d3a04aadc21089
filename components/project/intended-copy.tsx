"use client";
import { useEffect, useRef } from "react";
import { t } from "#lib/messages/en.ts";
import { Making } from "./making.tsx";

/** Goes on by itself with what somebody asked for before they had an account; without scripts there is a button. */
export function IntendedCopy({ slug, make }: { slug: string; make: (form: FormData) => Promise<void> }) {
  const form = useRef<HTMLFormElement>(null);
  const sent = useRef(false);
  useEffect(() => {
    if (sent.current) return;
    sent.current = true;
    form.current?.requestSubmit();
  }, []);
  return (
    <form ref={form} action={make} className="max-w-md">
      <input type="hidden" name="slug" value={slug} />
      <Making progress={{ phase: t.projects.copy.copying, percent: null, startedAt: null }} />
      <noscript>
        <button type="submit" className="button button-primary mt-3">
          {t.projects.copy.submit}
        </button>
      </noscript>
    </form>
  );
}
