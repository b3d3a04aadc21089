"use client";
import { ChevronDown, ChevronRight, Play, Square } from "lucide-react";
import { useState } from "react";
import { ParameterField } from "#components/form/parameter-field.tsx";
import type { Parameter } from "#lib/domain/parameter.ts";
import { type Draft, type Entry, groupParameters, isChanged } from "#lib/form/draft.ts";
import type { RunSession } from "#lib/form/run-session.ts";
import { t } from "#lib/messages/en.ts";
import { RunStatus } from "./run-status.tsx";

type Props = {
  parameters: readonly Parameter[];
  draft: Draft;
  errors: Readonly<Record<string, string>>;
  session: RunSession;
  busy: boolean;
  usualDurationMs: number | null;
  problem: string | null;
  onChange: (name: string, entry: Entry) => void;
  onReset: () => void;
  onRun: () => void;
  onStop: () => void;
};

export function ValuesForm(props: Props) {
  const { parameters, draft, errors, session, busy, onReset, onRun, onStop } = props;
  const [open, setOpen] = useState(false);
  const [uploading, setUploading] = useState(0);
  const [columns, setColumns] = useState<Readonly<Record<string, readonly string[]>>>({});
  const { groups, advanced } = groupParameters(parameters);
  const changed = parameters.filter((parameter) => isChanged(parameter, draft[parameter.name] ?? null));
  const wrong = Object.keys(errors).length;
  const changedInAdvanced = changed.filter((parameter) => parameter.advanced).length;

  const field = (parameter: Parameter) => (
    <ParameterField
      key={parameter.name}
      parameter={parameter}
      entry={draft[parameter.name] ?? null}
      error={errors[parameter.name]}
      columns={parameter.type === "column" ? (columns[parameter.of] ?? []) : []}
      onChange={(entry) => props.onChange(parameter.name, entry)}
      onColumns={(found) => setColumns((before) => ({ ...before, [parameter.name]: found }))}
      onBusy={(started) => setUploading((count) => count + (started ? 1 : -1))}
    />
  );

  return (
    <form
      className="values print:hidden"
      data-open={open || wrong > 0}
      aria-label={t.worksheet.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (uploading === 0) onRun();
      }}
    >
      <div className="flex items-baseline justify-between min-[60rem]:mb-2">
        <h2 className="text-lg max-[59.99rem]:sr-only">{t.worksheet.form}</h2>
        <button
          type="button"
          className="button button-quiet button-small max-[59.99rem]:hidden"
          onClick={onReset}
          style={{ visibility: changed.length > 0 ? "visible" : "hidden" }}
        >
          {t.worksheet.reset}
        </button>
      </div>
      <div className="run-bar">
        {parameters.length > 0 && (
          <button type="button" className="button col-start-1 row-start-1 h-10 min-[60rem]:hidden" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t.worksheet.formToggle(changed.length)}
            <ChevronDown size={16} aria-hidden className={open ? "rotate-180" : ""} />
          </button>
        )}
        <RunButton busy={busy} uploading={uploading > 0} hasToggle={parameters.length > 0} />
      </div>
      <RunStatus
        session={session}
        busy={busy}
        usualDurationMs={props.usualDurationMs}
        problem={props.problem ?? (wrong > 0 ? t.worksheet.fixFirst(wrong) : null)}
      >
        {busy && session.runId && (
          <button type="button" className="button button-small shrink-0" disabled={session.stopping} onClick={onStop}>
            <Square size={11} fill="currentColor" aria-hidden />
            {session.stopping ? t.worksheet.stopping : t.worksheet.stop}
          </button>
        )}
      </RunStatus>
      <div className="values-scroll">
        {changed.length > 0 && (
          <button type="button" className="button button-small mt-1 min-[60rem]:hidden" onClick={onReset}>
            {t.worksheet.reset}
          </button>
        )}
        {parameters.length === 0 && <p className="hint">{t.worksheet.noParameters}</p>}
        {groups.map((group) => (
          <div key={group.title}>
            {group.title && <h3 className="group-title">{group.title}</h3>}
            {group.members.map(field)}
          </div>
        ))}
        {advanced.length > 0 && (
          <Advanced changed={changedInAdvanced} force={advanced.some((parameter) => errors[parameter.name])}>
            {advanced.map(field)}
          </Advanced>
        )}
      </div>
    </form>
  );
}

/** A disabled button would lose the focus and say nothing: this one stays, and says why it does nothing now. */
function RunButton({ busy, uploading, hasToggle }: { busy: boolean; uploading: boolean; hasToggle: boolean }) {
  const reason = uploading ? t.worksheet.waitForUpload : undefined;
  return (
    <button
      type="submit"
      className={`button button-primary h-10 min-w-28 ${hasToggle ? "max-[59.99rem]:col-start-2" : ""} min-[60rem]:col-span-2`}
      aria-disabled={busy || uploading}
      title={reason}
    >
      <Play size={14} fill="currentColor" aria-hidden />
      {t.worksheet.run}
      <kbd className="ml-1 hidden font-sans text-xs font-normal opacity-80 lg:inline" aria-hidden>
        {t.worksheet.shortcut}
      </kbd>
    </button>
  );
}

function Advanced({ changed, force, children }: { changed: number; force: boolean; children: React.ReactNode }) {
  const [open, setOpen] = useState(false);
  const shown = open || force;
  return (
    <div className="mt-3">
      <button
        type="button"
        className="flex min-h-9 w-full cursor-pointer items-center gap-1.5 text-soft hover:text-ink"
        aria-expanded={shown}
        onClick={() => setOpen(!shown)}
      >
        <ChevronRight size={15} aria-hidden className={shown ? "rotate-90" : ""} />
        <span className="label">{t.worksheet.advanced}</span>
        {changed > 0 && <span className="text-xs text-changed">{t.worksheet.changedInAdvanced(changed)}</span>}
      </button>
      {shown && children}
    </div>
  );
}
