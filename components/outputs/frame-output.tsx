"use client";
import { useEffect, useRef, useState } from "react";
import { t } from "#lib/messages/en.ts";

const heights = { first: 120, least: 24, most: 4000 } as const;

/**
 * An output with scripts, in a frame of an opaque origin (public/frames/output.html, whose response header forbids network,
 * forms and navigation). The only thing believed of what it says is a height, within bounds.
 */
export function FrameOutput({ html, label }: { html: string; label: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState<number>(heights.first);

  useEffect(() => {
    let changes = 0;
    const listen = (event: MessageEvent) => {
      const target = frame.current?.contentWindow;
      if (!target || event.source !== target) return;
      const data: unknown = event.data;
      if (isMessage(data, "sheaf-output-ready")) target.postMessage({ type: "sheaf-output", html }, "*");
      if (!isMessage(data, "sheaf-output-height") || typeof data.height !== "number" || !Number.isFinite(data.height)) return;
      // Content that grows with its own frame would otherwise never come to rest.
      if (++changes > 200) return;
      setHeight(Math.min(heights.most, Math.max(heights.least, Math.ceil(data.height))));
    };
    window.addEventListener("message", listen);
    // Setting the address only now means that the frame cannot speak before somebody listens.
    if (frame.current) frame.current.src = "/frames/output.html";
    return () => window.removeEventListener("message", listen);
  }, [html]);

  return (
    <div className="paper">
      <iframe ref={frame} title={label} sandbox="allow-scripts" referrerPolicy="no-referrer" className="block w-full border-0" style={{ height }} />
      <noscript>{t.output.frameNeedsScript}</noscript>
    </div>
  );
}

function isMessage(data: unknown, type: string): data is Record<string, unknown> {
  return typeof data === "object" && data !== null && (data as Record<string, unknown>).type === type;
}
