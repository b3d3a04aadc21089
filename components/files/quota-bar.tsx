import Link from "next/link";
import { crowdedShare, type HomeUsageView } from "#lib/domain/home.ts";
import { formatBytes } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

const words = t.home.quota;

/** How full the home is; from four fifths on, what to do about it. */
export function QuotaBar({ usage }: { usage: HomeUsageView }) {
  const { usedBytes, limitBytes } = usage;
  const share = usedBytes / limitBytes;
  return (
    <div className="w-full max-w-64">
      <meter className="home-meter" min={0} max={limitBytes} value={Math.min(usedBytes, limitBytes)} aria-label={words.label} />
      <p className="hint tabular-nums">
        {words.used(formatBytes(usedBytes), formatBytes(limitBytes))}
        {share >= crowdedShare && <span className="sr-only"> {share >= 1 ? words.full : words.crowded(Math.floor(share * 100))}</span>}
      </p>
    </div>
  );
}

export function QuotaWarning({ usage }: { usage: HomeUsageView }) {
  const share = usage.usedBytes / usage.limitBytes;
  if (share < crowdedShare) return null;
  const isFull = share >= 1;
  return (
    <div className={`notice mt-4 ${isFull ? "notice-wrong" : "notice-changed"}`}>
      <strong>{isFull ? words.full : words.crowded(Math.floor(share * 100))}</strong>
      <span>{isFull ? words.fullRemedy : words.crowdedRemedy}</span>
      <Link className="link" href={routes.homeTrash()} prefetch={false}>
        {t.home.trash}
      </Link>
    </div>
  );
}
