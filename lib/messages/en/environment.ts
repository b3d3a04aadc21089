import type { BuildPhase, BuildState, EnvironmentFile } from "#lib/domain/environment.ts";

/** What a project asks its kernels to find installed. */
export const environment = {
  title: "Environment",
  hint: "What its files ask kernels to find installed.",
  site: "The site's own environment has all of it.",
  states: {
    queued: "Waits to be made",
    building: "Is being made",
    ready: "Is ready",
    failed: "Could not be made",
    removed: "Is not there any more",
  } satisfies Record<BuildState, string>,
  phases: {
    queued: "Waits for its turn",
    base: "Lays out what it stands on",
    system: "Installs packages of Debian",
    dockerfile: "Follows the Dockerfile",
    conda: "Installs packages of conda",
    python: "Installs packages of Python",
    r: "Runs install.R",
    post_build: "Runs postBuild",
    checking: "Looks whether a kernel can be started",
    ready: "Is ready",
  } satisfies Record<BuildPhase, string>,
  usually: (duration: string) => `usually ${duration}`,
  meanwhile: "Runs use the last one that could be made until then.",
  siteMeanwhile: "Runs use the site's own environment instead.",
  waits: "Publishing waits for it.",
  uses: { built: "", ignored: "Not used", refused: "Cannot be made" } satisfies Record<EnvironmentFile["use"], string>,
  retry: "Try again",
  retrying: "Looking…",
  log: "What was said while it was made",
  noLog: "Nothing yet.",
  logOf: "Log of the environment",
} as const;
