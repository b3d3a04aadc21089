import { Ban, Check, CircleDashed, LoaderCircle, TriangleAlert, X } from "lucide-react";
import type { RunState } from "#lib/domain/run.ts";
import { t } from "#lib/messages/en.ts";

const marks = {
  queued: [CircleDashed, "text-soft"],
  starting: [LoaderCircle, "text-accent"],
  running: [LoaderCircle, "text-accent"],
  done: [Check, "text-fine"],
  failed: [X, "text-wrong"],
  cancelled: [Ban, "text-soft"],
  lost: [TriangleAlert, "text-wrong"],
} as const;

/** A state by its word and its shape first, by colour last. */
export function StateMark({ state }: { state: RunState }) {
  const [Icon, colour] = marks[state];
  return (
    <span className={`inline-flex items-center gap-1.5 font-medium ${colour}`}>
      <Icon size={15} aria-hidden />
      {t.states[state]}
    </span>
  );
}
