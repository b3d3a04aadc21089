"use client";
import { useState } from "react";
import { api } from "#components/api.ts";
import { Age } from "#components/layout/age.tsx";
import { type TokenScope, tokenScopes } from "#lib/domain/person.ts";
import { formatInstant } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { TextField } from "./text-field.tsx";

export type TokenRow = {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  readonly expiresAt: string;
  readonly usedAt: string | null;
};
type Made = TokenRow & { readonly token: string };

const usual: readonly TokenScope[] = ["worksheets:read", "runs:read", "runs:write"];
const periods = [7, 30, 90, 365] as const;

export function Tokens({ first, mayAdminister }: { first: readonly TokenRow[]; mayAdminister: boolean }) {
  const [tokens, setTokens] = useState(first);
  const [made, setMade] = useState<Made | null>(null);
  const [problem, setProblem] = useState<{ detail: string; fields: Readonly<Record<string, string>> } | null>(null);
  const offered = tokenScopes.filter((scope) => scope !== "admin" || mayAdminister);

  async function create(form: HTMLFormElement) {
    const fields = new FormData(form);
    const answer = await api<Made>("POST", "/api/v1/tokens", {
      name: String(fields.get("name")),
      days: Number(fields.get("days")),
      scopes: fields.getAll("scopes"),
    });
    if (!answer.ok) return setProblem(answer.problem);
    setProblem(null);
    setMade(answer.value);
    setTokens([answer.value, ...tokens]);
    form.reset();
  }

  async function revoke(id: string) {
    const answer = await api("DELETE", `/api/v1/tokens/${id}`);
    if (!answer.ok && answer.problem.status !== 404) return setProblem(answer.problem);
    setTokens(tokens.filter((token) => token.id !== id));
    if (made?.id === id) setMade(null);
  }

  return (
    <section aria-labelledby="tokens">
      <h2 id="tokens" className="text-xl">
        {t.me.tokens}
      </h2>
      <p className="mb-3 text-soft">{t.me.tokensHint}</p>
      <div role="status">
        {made && (
          <div className="notice mb-3">
            <label className="w-full">
              {t.me.tokenOnce}
              <input className="field field-mono mt-1" readOnly value={made.token} onFocus={(event) => event.target.select()} />
            </label>
          </div>
        )}
      </div>
      {tokens.length === 0 ? <p className="hint">{t.me.tokenNone}</p> : <List tokens={tokens} onRevoke={(id) => void revoke(id)} />}
      <form
        className="mt-5 grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void create(event.currentTarget);
        }}
      >
        <div role="alert">{problem && <p className="notice notice-wrong">{problem.detail}</p>}</div>
        <TextField id="token-name" name="name" label={t.me.tokenName} error={problem?.fields.name} autoComplete="off" />
        <fieldset>
          <legend className="label">{t.me.tokenScopes}</legend>
          {offered.map((scope) => (
            <label key={scope} className="flex min-h-8 cursor-pointer items-center gap-2.5">
              <input type="checkbox" className="size-4" name="scopes" value={scope} defaultChecked={usual.includes(scope)} />
              {t.me.scopes[scope]}
            </label>
          ))}
          {problem?.fields.scopes && <p className="field-error">{problem.fields.scopes}</p>}
        </fieldset>
        <div className="flex items-end gap-3">
          <div>
            <label htmlFor="token-days" className="label">
              {t.me.tokenDays}
            </label>
            <select id="token-days" name="days" className="field" defaultValue={30}>
              {periods.map((days) => (
                <option key={days} value={days}>
                  {t.me.days(days)}
                </option>
              ))}
            </select>
          </div>
          <button type="submit" className="button">
            {t.me.tokenCreate}
          </button>
        </div>
      </form>
    </section>
  );
}

function List({ tokens, onRevoke }: { tokens: readonly TokenRow[]; onRevoke: (id: string) => void }) {
  return (
    <ul className="rows">
      {tokens.map((token) => (
        <li key={token.id} className="flex flex-wrap items-center gap-x-4 py-2">
          <div className="min-w-0 grow">
            <p className="label">{token.name}</p>
            <p className="hint">
              {token.scopes.map((scope) => t.me.scopes[scope]).join(", ")} · {t.me.expires(formatInstant(token.expiresAt))} ·{" "}
              {token.usedAt ? <Age at={token.usedAt} prefix={t.me.lastUsedPrefix} /> : t.me.neverUsed}
            </p>
          </div>
          <button type="button" className="button button-small" aria-label={t.me.tokenRevoke(token.name)} onClick={() => onRevoke(token.id)}>
            {t.me.revoke}
          </button>
        </li>
      ))}
    </ul>
  );
}
