"use client";
import type { RefObject } from "react";
import { t } from "#lib/messages/en.ts";

type Props = { frame: RefObject<HTMLIFrameElement | null>; url: string; title: string; onLoad: () => void };

/** No right to lead this page elsewhere, nor to the machine's devices; the lab has an origin of its own besides. */
const rights = "allow-scripts allow-same-origin allow-forms allow-popups allow-downloads allow-modals";

export function LabFrame({ frame, url, title, onLoad }: Props) {
  return (
    <iframe
      ref={frame}
      className="lab-frame"
      title={t.lab.frame(title)}
      src={url}
      onLoad={onLoad}
      sandbox={rights}
      allow="clipboard-read; clipboard-write; fullscreen"
      referrerPolicy="no-referrer"
    />
  );
}
