"use server";
import { z } from "zod";
import type { ActionOutcome } from "#components/project/action-outcome.ts";
import { acceptEnvironment } from "#server/usecases/accept-environment.ts";
import { cancelEnvironment } from "#server/usecases/cancel-environment.ts";
import { retryEnvironment } from "#server/usecases/retry-environment.ts";
import { acting, said } from "./acting.ts";

/** What failed is made once more, of the newest version. */
export async function makeEnvironmentAgain(projectId: string): Promise<ActionOutcome> {
  return acting(z.string().max(200), projectId, async (ctx, input) => said(await retryEnvironment(ctx, { projectId: input })));
}

/** What waits or is being made is given up. */
export async function stopMakingEnvironment(projectId: string): Promise<ActionOutcome> {
  return acting(z.string().max(200), projectId, async (ctx, input) => said(await cancelEnvironment(ctx, { projectId: input })));
}

/** What came with a copy is used in one's own labs from now on. */
export async function acceptForLabs(projectId: string, digest: string): Promise<ActionOutcome> {
  const schema = z.object({ projectId: z.string().max(200), digest: z.string().max(200) });
  return acting(schema, { projectId, digest }, async (ctx, input) => said(await acceptEnvironment(ctx, input)));
}
