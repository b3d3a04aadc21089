import type { Logger } from "#server/log.ts";

/** The one place that reports what nobody expected. */
export function reportError(log: Logger, error: unknown, where: { readonly requestId: string; readonly method?: string; readonly path?: string }): void {
  log.error(
    { ...where, err: error instanceof Error ? { message: error.message, stack: error.stack, cause: String(error.cause ?? "") } : String(error) },
    "unexpected error",
  );
}
