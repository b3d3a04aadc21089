"use client";
import { useEffect, useState } from "react";
import { formatAge, formatInstant } from "#lib/format.ts";

/** "3 days ago", true also on a page that was made some time ago. */
export function Age({ at, prefix = "", suffix = "" }: { at: string; prefix?: string; suffix?: string }) {
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={at} title={formatInstant(at)} suppressHydrationWarning>
      {`${prefix}${formatAge(at, now ?? Date.now())}${suffix}`}
    </time>
  );
}
