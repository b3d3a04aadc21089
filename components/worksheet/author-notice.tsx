import { OctagonX, TriangleAlert } from "lucide-react";
import type { Problem, WorksheetView } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";
import { placeOf } from "#lib/worksheet/problems.ts";

const marks = {
  error: [OctagonX, "text-wrong"],
  warning: [TriangleAlert, "text-soft"],
} as const;

/** What a worksheet's author should know of its notebook; nothing at all for everybody else. */
export function AuthorNotice({ problems, failedPublication }: Pick<WorksheetView, "problems" | "failedPublication">) {
  const failed: readonly Problem[] = failedPublication ? [{ ...failedPublication, severity: "error", line: null }] : [];
  if (problems.length + failed.length === 0) return null;
  const sorted = problems.toSorted((a, b) => Number(a.severity === "warning") - Number(b.severity === "warning"));
  return (
    <div className="mb-6 flex flex-col gap-3 print:hidden">
      <ProblemList id="unpublished" title={t.worksheet.unpublished} problems={failed} />
      <ProblemList id="unread" title={t.worksheet.unread} problems={sorted} />
    </div>
  );
}

function ProblemList({ id, title, problems }: { id: string; title: string; problems: readonly Problem[] }) {
  if (problems.length === 0) return null;
  return (
    <section className="notice block" aria-labelledby={id}>
      <h2 id={id} className="font-sans text-sm font-medium tracking-normal">
        {title}
      </h2>
      <ul className="mt-1 flex flex-col gap-1">
        {problems.map((problem) => (
          <li key={`${problem.cell} ${problem.line} ${problem.message}`} className="wrap-anywhere">
            <Severity of={problem.severity} /> <span className="font-medium">{placeOf(problem)}:</span> {problem.message}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** By its word and its shape first, by colour last. */
function Severity({ of }: { of: Problem["severity"] }) {
  const [Icon, colour] = marks[of];
  return (
    <span className={`mr-1 inline-flex items-baseline gap-1 font-medium ${colour}`}>
      <Icon size={14} className="self-center" aria-hidden />
      {t.worksheet.severities[of]}
    </span>
  );
}
