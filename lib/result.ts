/**
 * Expected outcomes are values. `Failure.message` is written for the person who caused it;
 * details for the operator go to the log, never in here.
 */
export type Failure = {
  readonly code: FailureCode;
  readonly message: string;
  /** Field name → what is wrong with it, for forms. */
  readonly fields?: Readonly<Record<string, string>>;
  /** For "too_many" and "unavailable": seconds until trying again makes sense. */
  readonly retryAfterSeconds?: number;
};

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

/** Closed: every failure a use-case may answer with, and the HTTP status that says it. */
export const httpStatusOf = {
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  too_many: 429,
  unavailable: 503,
} as const satisfies Record<string, number>;

export type FailureCode = keyof typeof httpStatusOf;

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(
  code: FailureCode,
  message: string,
  more: { fields?: Record<string, string>; retryAfterSeconds?: number } = {},
): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: { code, message, ...more } };
}
