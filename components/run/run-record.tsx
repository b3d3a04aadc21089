import Link from "next/link";
import type { ReactNode } from "react";
import type { Parameter } from "#lib/domain/parameter.ts";
import type { RunRecord } from "#lib/domain/run.ts";
import { describeValue } from "#lib/form/draft.ts";
import { formatBytes, formatDuration, formatInstant } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { changedNames } from "#lib/worksheet/values.ts";

type Props = {
  worksheet: { readonly slug: string; readonly title: string };
  record: RunRecord | null;
  runId: string | null;
  parameters: readonly Parameter[];
  /** What is known of a worksheet whose result is not there yet. */
  fallback?: Pick<RunRecord, "commit" | "notebookPath" | "environment">;
};

/** What ran: enough to run it again elsewhere, and to believe it. */
export function RunRecordView({ worksheet, record, runId, parameters, fallback }: Props) {
  const what = record ?? fallback;
  if (!what) return <p className="hint">{t.record.notYet}</p>;
  const rows: [string, ReactNode][] = [
    [
      t.record.worksheet,
      <Link key="w" className="link" href={routes.worksheet(worksheet.slug)}>
        {worksheet.title}
      </Link>,
    ],
    [
      t.record.commit,
      <code key="c" className="font-mono text-xs">
        {what.commit}
      </code>,
    ],
    [
      t.record.notebook,
      <code key="n" className="font-mono text-xs">
        {what.notebookPath}
      </code>,
    ],
    [t.record.environment, <Environment key="e" {...what.environment} />],
    ...(record ? recordRows(record, parameters) : []),
  ];
  if (runId) {
    rows.push([
      t.record.run,
      <Link key="r" className="link font-mono text-xs" href={routes.run(runId)}>
        {runId}
      </Link>,
    ]);
  }
  return (
    <dl className="record">
      {rows.map(([name, value]) => (
        <div key={name} className="contents [&>*]:border-b [&>*]:border-line [&>*]:py-1.5">
          <dt className="pr-4 text-soft">{name}</dt>
          <dd className="min-w-0 wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function recordRows(record: RunRecord, parameters: readonly Parameter[]): [string, ReactNode][] {
  const { durationMs } = record;
  const inputs = Object.entries(record.inputs);
  return [
    [t.record.values, <ValuesList key="v" record={record} parameters={parameters} />],
    ...(inputs.length > 0 ? [[t.record.inputs, inputs.map(([name, digest]) => <Digest key={name} name={name} digest={digest} />)] as [string, ReactNode]] : []),
    [t.record.finished, formatInstant(record.finishedAt)],
    [t.record.took, t.record.tookDetail(formatDuration(durationMs.cells), formatDuration(durationMs.kernel), formatDuration(durationMs.queued))],
    ...(record.peakMemoryBytes === null ? [] : [[t.record.memory, formatBytes(record.peakMemoryBytes)] as [string, ReactNode]]),
    [
      t.record.outputs,
      <code key="o" className="font-mono text-xs">
        {record.outputsDigest}
      </code>,
    ],
    ...(record.who ? [[t.record.who, record.who] as [string, ReactNode]] : []),
  ];
}

function Environment({ name, digest }: { name: string; digest: string }) {
  return (
    <>
      {name} <code className="font-mono text-xs text-soft">{digest}</code>
    </>
  );
}

function Digest({ name, digest }: { name: string; digest: string }) {
  return (
    <span className="block">
      {name} <code className="font-mono text-xs text-soft">{digest}</code>
    </span>
  );
}

function ValuesList({ record, parameters }: { record: RunRecord; parameters: readonly Parameter[] }) {
  const changed = new Set(changedNames(parameters, record.values));
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  // The database keeps no order of names: the worksheet's own is the one people know.
  const order = [...byName.keys()];
  const values = Object.entries(record.values).toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  if (values.length === 0) return <>{t.record.defaults}</>;
  return (
    <ul>
      {values.map(([name, value]) => (
        <li key={name}>
          <span className="text-soft">{byName.get(name)?.label ?? name}: </span>
          <span className="tabular-nums">{describeValue(byName.get(name), value)}</span>
          {changed.has(name) && <span className="ml-2 text-xs text-changed">{t.record.changed}</span>}
        </li>
      ))}
    </ul>
  );
}
