"use client";
import { type ReactNode, useState } from "react";
import { t } from "#lib/messages/en.ts";

/** The first part of something long; the whole on request. */
export function Folded({ short, whole, more }: { short: ReactNode; whole: () => ReactNode; more: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      {open ? whole() : short}
      <button type="button" className="button button-quiet button-small mt-1 print:hidden" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? t.output.less : more}
      </button>
    </>
  );
}
