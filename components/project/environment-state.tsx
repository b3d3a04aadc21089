import { Check, LoaderCircle, TriangleAlert } from "lucide-react";
import type { BuildView, EnvironmentView } from "#lib/domain/environment.ts";
import { placeInFile } from "#lib/environment/place-in-file.ts";
import { formatDuration } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { ActionButton } from "./action-button.tsx";
import type { ActionOutcome } from "./action-outcome.ts";
import { BuildLog } from "./build-log.tsx";
import { Elapsed, KeepFresh } from "./making.tsx";

type Props = { projectId: string; environment: EnvironmentView; retry: (projectId: string) => Promise<ActionOutcome> };

/** What a project's files ask for, how far that is made, and what its runs stand on meanwhile. */
export function EnvironmentState({ projectId, environment, retry }: Props) {
  const { build, unmade, files, problems } = environment;
  const goesOn = build?.state === "queued" || build?.state === "building";
  const mayRetry = unmade !== null || build?.state === "failed" || build?.state === "removed";
  return (
    <section aria-labelledby="environment">
      {goesOn && <KeepFresh everyMs={2000} />}
      <h2 id="environment" className="text-xl">
        {t.environment.title}
      </h2>
      <p className="mb-3 text-soft">{t.environment.hint}</p>
      {build ? <Build build={build} /> : <p className="text-soft">{unmade === null ? t.environment.site : unmade}</p>}
      <Meanwhile environment={environment} />
      {mayRetry && (
        <div className="mt-2">
          <ActionButton action={retry.bind(null, projectId)} busyWords={t.environment.retrying}>
            {t.environment.retry}
          </ActionButton>
        </div>
      )}
      <ul className="mt-3">
        {files.map(({ path, use, says }) => (
          <li key={path} className="wrap-anywhere">
            <code>{path}</code> <span className="text-soft">{use === "refused" ? t.environment.uses.refused : says}</span>
          </li>
        ))}
      </ul>
      <ul>
        {problems.map((problem) => (
          <li key={placeInFile(problem)} className={problem.severity === "error" ? "field-error wrap-anywhere" : "text-soft wrap-anywhere"}>
            {placeInFile(problem)}
          </li>
        ))}
      </ul>
      {build && build.lines > 0 && <BuildLog key={`${build.id} ${build.startedAt}`} projectId={projectId} />}
    </section>
  );
}

/** What runs stand on while it is not there. */
function Meanwhile({ environment: { unmade, build, inUse } }: { environment: EnvironmentView }) {
  if (unmade === null && (build === null || build.state === "ready")) return null;
  return <p className="text-soft">{inUse ? t.environment.meanwhile : unmade === null ? t.environment.waits : t.environment.siteMeanwhile}</p>;
}

function Build({ build }: { build: BuildView }) {
  const { state, phase, startedAt, queuedAt, usualMs, error } = build;
  const goesOn = state === "queued" || state === "building";
  const Icon = goesOn ? LoaderCircle : state === "ready" ? Check : TriangleAlert;
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-2 tabular-nums">
        <Icon className="size-4" aria-hidden />
        <span role="status">{state === "building" ? t.environment.phases[phase] : t.environment.states[state]}</span>
        {goesOn && <Elapsed since={startedAt ?? queuedAt} />}
        {goesOn && usualMs !== null && <span className="text-soft">{t.environment.usually(formatDuration(usualMs))}</span>}
      </p>
      {error !== null && <p className="field-error wrap-anywhere">{error}</p>}
    </>
  );
}
