import type { BaseVersions } from "#lib/domain/environment.ts";
import { errorAt, type FileProblem, quoted } from "./project-files.ts";

export type RuntimeWish = {
  readonly language: "python" | "r" | null;
  /** "2025-03-01": the day whose archive of R packages is meant. */
  readonly snapshotDate: string | null;
  readonly problems: readonly FileProblem[];
};

/** The archive of R packages by days begins there. */
const firstSnapshot = "2018-12-07";

/** One line: "python-3.13", "r-2025-03-01", "r-4.5" or "r-4.5-2025-03-01", as repo2docker reads it. */
export function readRuntime(text: string, base: BaseVersions): RuntimeWish {
  const wish = text.trim();
  const python = /^python-(\d+(?:\.\d+){0,2})$/.exec(wish);
  if (python) {
    const asked = python[1] ?? "";
    const problems = isWithin(base.python, asked)
      ? []
      : [
          errorAt(
            1,
            `Python ${asked} is asked for, and this site has Python ${base.python}. For another one, list the packages in environment.yml, with python=${asked} among them.`,
          ),
        ];
    return { language: "python", snapshotDate: null, problems };
  }
  const r = /^r-(?:(\d+\.\d+(?:\.\d+)?))?(?:(?:^|-)?(\d{4}-\d{2}-\d{2}))?$/.exec(wish);
  if (!r || (r[1] === undefined && r[2] === undefined))
    return {
      language: null,
      snapshotDate: null,
      problems: [errorAt(1, `${quoted(wish)} is not understood. Write a line such as python-${base.python} or r-2025-03-01.`)],
    };
  const [, version, date] = r;
  const problems: FileProblem[] = [];
  if (version !== undefined && !isWithin(base.r, version))
    problems.push(
      errorAt(
        1,
        `R ${version} is asked for, and this site has R ${base.r}. For another one, list the packages in environment.yml, with r-base=${version} among them.`,
      ),
    );
  if (date !== undefined && !isDay(date)) problems.push(errorAt(1, `${quoted(date)} is no day.`));
  else if (date !== undefined && date < firstSnapshot) problems.push(errorAt(1, `R packages by days are kept since ${firstSnapshot}. Choose a later day.`));
  return { language: "r", snapshotDate: date ?? null, problems };
}

/** Whether the version that is there is of the one that is asked for: "3.13" of "3" and of "3.13", not of "3.12". */
function isWithin(there: string, asked: string): boolean {
  const wanted = asked.split(".").slice(0, 2);
  return wanted.every((part, index) => there.split(".")[index] === part);
}

function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
