"use client";
import { useState } from "react";
import { formatDuration } from "#lib/format.ts";
import { useNow } from "./use-now.ts";

/** Time that something takes so far. The clocks of two machines may differ: less than nothing is not shown. */
export function Elapsed({ since = null }: { since?: number | null }) {
  const [begun] = useState(() => Date.now());
  const now = useNow(200);
  return <span className="text-soft tabular-nums">{formatDuration(Math.max(0, now - Math.min(since ?? begun, begun)))}</span>;
}
