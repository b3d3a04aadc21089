"use client";
import { t } from "#lib/messages/en.ts";
import { Making } from "./making.tsx";
import type { Sending } from "./send-files.ts";

/** In the place of the button, while it does its work. */
export function SendingStatus({ sending }: { sending: Sending }) {
  return (
    <div className="flex max-w-md flex-col gap-3">
      <Making progress={sending} />
      {sending.stop && (
        <button type="button" className="button self-start" onClick={sending.stop}>
          {t.projects.make.stop}
        </button>
      )}
    </div>
  );
}
