import type { BuildView, EnvironmentView } from "#lib/domain/environment.ts";
import type { EnvironmentBuild, ProjectEnvironment } from "#server/ports/store.ts";

const nothingAsked: EnvironmentView = {
  kind: "none",
  folder: "",
  files: [],
  problems: [],
  unmade: null,
  waits: false,
  build: null,
  inUse: null,
  inLabs: "site",
};

export function environmentView(environment: ProjectEnvironment | null, usualMs: number | null, inLabs: EnvironmentView["inLabs"]): EnvironmentView {
  if (!environment) return nothingAsked;
  const { asked, unmade, waits, wanted, current } = environment;
  const isMade = current?.state === "ready" && current.name !== null && current.digest !== null;
  return {
    ...asked,
    unmade,
    waits,
    build: wanted && buildView(wanted, usualMs),
    inUse: isMade ? { name: current.name ?? "", digest: current.digest ?? "", madeAt: (current.finishedAt ?? current.queuedAt).toISOString() } : null,
    inLabs,
  };
}

function buildView(build: EnvironmentBuild, usualMs: number | null): BuildView {
  const { id, state, phase, error, lines, attempt } = build;
  return {
    id,
    state,
    phase,
    queuedAt: build.queuedAt.toISOString(),
    startedAt: build.startedAt?.toISOString() ?? null,
    finishedAt: build.finishedAt?.toISOString() ?? null,
    usualMs,
    error,
    lines,
    attempt,
  };
}
