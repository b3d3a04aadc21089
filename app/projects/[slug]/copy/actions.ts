"use server";
import { redirect } from "next/navigation";
import { z } from "zod";
import type { ActionOutcome } from "#components/project/action-outcome.ts";
import { routes } from "#lib/routes.ts";
import { copiedAddress, copyAddress, forgetCopyIntent, keepCopyIntent, readCopyIntent } from "#server/next/copy-intent.ts";
import { requestContext } from "#server/next/request-context.ts";
import { copyProject } from "#server/usecases/copy-project.ts";
import { acting } from "../../acting.ts";

const text = z.string().max(2000);
const copySchema = z.object({
  projectId: z.string().max(200),
  title: text.optional(),
  into: z.enum(["mine", "public"]).optional(),
  /** The notebook whose form is opened in the copy, and its values as in a worksheet's address. */
  path: text.nullish(),
  values: text.nullish(),
});
const wishSchema = z.object({
  slug: z.string().max(200),
  path: text.optional(),
  values: text.optional(),
  door: z.enum(["sign-up", "sign-in"]).default("sign-up"),
});

/** Somebody who is signed in presses the button. */
export async function makeCopy(given: unknown): Promise<ActionOutcome> {
  return acting(copySchema, given, async (ctx, { path, values, ...input }) => {
    const made = await copyProject(ctx, input);
    if (!made.ok) return made;
    await forgetCopyIntent(ctx.config);
    const wish = { path: path || null, values: values || null };
    return { ok: true, goTo: made.value.state === "ready" ? copiedAddress(made.value.slug, wish) : routes.project(made.value.slug) };
  });
}

/** A visitor presses it: the wish is kept in their browser while they make an account. Fields: slug, path, values, door. */
export async function askForCopy(form: FormData): Promise<void> {
  const wish = wishSchema.safeParse(Object.fromEntries(form));
  if (!wish.success) redirect(routes.gallery());
  const { slug, door, path, values } = wish.data;
  const { config, now } = await requestContext();
  const kept = { path: path || null, values: values || null };
  await keepCopyIntent(config, { project: slug, ...kept }, now());
  const next = copyAddress(slug, kept);
  redirect(door === "sign-in" ? routes.signIn(next) : routes.signUp(next));
}

/** Sent by the page itself when it is opened by somebody who asked before they had an account. Fields: slug. */
export async function makeIntendedCopy(form: FormData): Promise<void> {
  const slug = z.string().max(200).catch("").parse(form.get("slug"));
  const ctx = await requestContext();
  const intent = await readCopyIntent(ctx.config, slug, ctx.now());
  if (!intent) redirect(routes.projectCopy(slug));
  await forgetCopyIntent(ctx.config);
  const made = await copyProject(ctx, { projectId: slug });
  // The page says why, and offers to try again by hand.
  if (!made.ok) redirect(copyAddress(slug, intent));
  redirect(made.value.state === "ready" ? copiedAddress(made.value.slug, intent) : routes.project(made.value.slug));
}
