import { Ban, Check, CircleDashed, Clock, LoaderCircle, TriangleAlert } from "lucide-react";
import { Age } from "#components/layout/age.tsx";
import type { BuildView, EnvironmentFile, EnvironmentProblem, EnvironmentView } from "#lib/domain/environment.ts";
import { placeInFile, placeInNamedFile } from "#lib/environment/place-in-file.ts";
import { formatDuration } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { ActionButton } from "./action-button.tsx";
import type { ActionOutcome } from "./action-outcome.ts";
import { BuildLog } from "./build-log.tsx";
import { Elapsed, KeepFresh } from "./making.tsx";

type Act = (projectId: string) => Promise<ActionOutcome>;
type Props = {
  projectId: string;
  environment: EnvironmentView;
  actions: { readonly retry: Act; readonly cancel: Act; readonly accept: (projectId: string, digest: string) => Promise<ActionOutcome> };
};

/** What a project's files ask for, how far that is made, and what its runs stand on meanwhile. */
export function EnvironmentState({ projectId, environment, actions }: Props) {
  const { build, waits, files, problems } = environment;
  return (
    <section aria-labelledby="environment">
      {(waits || (build !== null && isGoing(build))) && <KeepFresh everyMs={waits ? 5000 : 2000} />}
      <h2 id="environment" className="text-xl">
        {t.environment.title}
      </h2>
      <p className="mb-3 text-soft">{t.environment.hint}</p>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <div className="min-w-0 grow basis-56">
          {build ? <Build build={build} /> : <Unbuilt environment={environment} />}
          <InUse environment={environment} />
        </div>
        <Buttons projectId={projectId} environment={environment} actions={actions} />
      </div>
      {environment.inLabs === "asks" && environment.inUse && (
        <div className="notice mt-3">
          <p className="min-w-0 grow basis-56">{t.environment.asks}</p>
          <ActionButton
            action={actions.accept.bind(null, projectId, environment.inUse.digest)}
            className="button button-small"
            busyWords={t.environment.retrying}
          >
            {t.environment.accept}
          </ActionButton>
        </div>
      )}
      <Files files={files} problems={problems} />
      {build && build.lines > 0 && <BuildLog key={`${build.id} ${build.startedAt}`} projectId={projectId} />}
    </section>
  );
}

function isGoing({ state }: BuildView): boolean {
  return state === "queued" || state === "building";
}

const marks = {
  queued: [CircleDashed, "text-soft"],
  building: [LoaderCircle, "text-accent"],
  ready: [Check, "text-fine"],
  failed: [TriangleAlert, "text-wrong"],
  cancelled: [Ban, "text-soft"],
  removed: [CircleDashed, "text-soft"],
} as const;

function Build({ build }: { build: BuildView }) {
  const { state, phase, startedAt, queuedAt, usualMs, error, attempt } = build;
  const [Icon, colour] = marks[state];
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-3 tabular-nums">
        <span className={`inline-flex items-center gap-1.5 font-medium ${colour}`}>
          <Icon size={14} aria-hidden />
          <span role="status">{state === "building" ? t.environment.phases[phase] : t.environment.states[state]}</span>
        </span>
        {isGoing(build) && <Elapsed since={startedAt ?? queuedAt} />}
        {isGoing(build) && usualMs !== null && <span className="text-soft">{t.environment.usually(formatDuration(usualMs))}</span>}
      </p>
      {isGoing(build) && attempt > 1 && <p className="text-soft">{t.environment.begunAgain(attempt)}</p>}
      {error !== null && <p className="mt-0.5 whitespace-pre-line wrap-anywhere">{error}</p>}
    </>
  );
}

function Unbuilt({ environment: { unmade, waits, problems } }: { environment: EnvironmentView }) {
  // What stands beneath its file need not be said twice.
  const isSaidBelow = problems.some((problem) => placeInFile(problem) === unmade);
  const [Icon, colour, words] =
    unmade === null
      ? ([Check, "text-fine", t.environment.site] as const)
      : waits
        ? ([Clock, "text-soft", t.environment.follows] as const)
        : ([TriangleAlert, "text-wrong", t.environment.impossible] as const);
  return (
    <>
      <p className={`inline-flex items-center gap-1.5 font-medium ${colour}`}>
        <Icon size={14} className="shrink-0" aria-hidden />
        <span role="status">{words}</span>
      </p>
      {unmade !== null && !isSaidBelow && <p className="wrap-anywhere">{unmade}</p>}
    </>
  );
}

/** What runs stand on now. */
function InUse({ environment: { unmade, waits, build, inUse } }: { environment: EnvironmentView }) {
  const isMade = build === null ? unmade === null : build.state === "ready";
  if (inUse)
    return (
      <p className="text-soft wrap-anywhere">
        {isMade ? t.environment.inUse : t.environment.meanwhile} <code>{inUse.name}</code>, {t.environment.made} <Age at={inUse.madeAt} />.
      </p>
    );
  if (isMade) return null;
  if (waits || (build && isGoing(build))) return <p className="text-soft">{t.environment.waits}</p>;
  return <p className="text-soft">{unmade === null ? t.environment.needed : t.environment.siteMeanwhile}</p>;
}

function Buttons({ projectId, environment: { build, unmade, waits }, actions }: Props) {
  if (build && isGoing(build))
    return (
      <ActionButton action={actions.cancel.bind(null, projectId)} className="button button-small button-quiet" busyWords={t.environment.cancelling}>
        {t.environment.cancel}
      </ActionButton>
    );
  if (waits || (unmade === null && (build === null || build.state === "ready"))) return null;
  return (
    <ActionButton action={actions.retry.bind(null, projectId)} className="button button-small" busyWords={t.environment.retrying}>
      {build?.state === "cancelled" || build?.state === "removed" ? t.environment.make : t.environment.retry}
    </ActionButton>
  );
}

/** Each file with what becomes of it, and what is wrong in it beneath. */
function Files({ files, problems }: { files: readonly EnvironmentFile[]; problems: readonly EnvironmentProblem[] }) {
  const elsewhere = problems.filter((problem) => !files.some((file) => file.path === problem.path));
  return (
    <ul className="rows mt-3">
      {files.map(({ path, use, says }) => (
        <li key={path} className="py-2 wrap-anywhere">
          <code className="mr-2">{path}</code>
          {use !== "refused" && <span className="text-soft">{says}</span>}
          <Problems problems={problems.filter((problem) => problem.path === path)} place={placeInNamedFile} />
        </li>
      ))}
      {elsewhere.length > 0 && (
        <li className="py-2">
          <Problems problems={elsewhere} place={placeInFile} />
        </li>
      )}
    </ul>
  );
}

function Problems({ problems, place }: { problems: readonly EnvironmentProblem[]; place: (problem: EnvironmentProblem) => string }) {
  if (problems.length === 0) return null;
  return (
    <ul className="mt-1 flex flex-col gap-1 border-l-2 border-line pl-3">
      {problems.map((problem) => (
        <li key={placeInFile(problem)} className={problem.severity === "error" ? "wrap-anywhere" : "text-soft wrap-anywhere"}>
          {place(problem)}
        </li>
      ))}
    </ul>
  );
}
