"use client";
import { type RefObject, useEffect, useState } from "react";
import { LabFrame } from "./lab-frame.tsx";
import { Opening } from "./opening.tsx";
import type { LabSession } from "./use-lab.ts";

type Props = { session: LabSession; frame: RefObject<HTMLIFrameElement | null>; title: string; isThere: boolean };

/** The classic notebook never says that it is there: so long after its page was loaded it surely is. */
const paintedMs = 10_000;

/** JupyterLab paints long after its frame stands: until then what goes on is to be read behind the frame, which hides nothing. */
export function LabStage({ session, frame, title, isThere }: Props) {
  const [isLoaded, setLoaded] = useState(false);
  const [isPainted, setPainted] = useState(false);
  useEffect(() => {
    if (!isLoaded) return;
    const timer = setTimeout(setPainted, paintedMs, true);
    return () => clearTimeout(timer);
  }, [isLoaded]);
  const isOpening = session.frameUrl === null || !(isThere || isPainted);
  return (
    <div className="lab-stage">
      {isOpening && <Opening session={session} />}
      {session.frameUrl !== null && <LabFrame frame={frame} url={session.frameUrl} title={title} onLoad={() => setLoaded(true)} />}
    </div>
  );
}
