"use client";
import { type Answer, problemFrom } from "#components/api.ts";
import type { ProjectProgress } from "#lib/domain/project.ts";
import { formatBytes } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import type { ChosenFile } from "./chosen-files.ts";

/** How far it is, and how to end it where that is still possible. */
export type Sending = ProjectProgress & { readonly stop: (() => void) | null };

type Task = { readonly files: readonly ChosenFile[]; readonly fields: Readonly<Record<string, string>>; readonly onProgress: (sending: Sending) => void };

/** Sends files with what was typed beside them. Only this older way of asking tells how much has left the browser. */
export function sendFiles<T>({ files, fields, onProgress }: Task): Promise<Answer<T> | "stopped"> {
  const startedAt = new Date().toISOString();
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  for (const { file, path } of files) body.append("files", file, path);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const tell = (phase: string, percent: number | null) => onProgress({ phase, percent, startedAt, stop });
    request.open("POST", routes.api.projectImport());
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = ({ loaded, total }) =>
      tell(`${t.projects.make.sending}: ${t.projects.make.sent(formatBytes(loaded), formatBytes(total))}`, total > 0 ? (loaded / total) * 100 : null);
    request.upload.onload = () => tell(t.projects.make.making, null);
    request.onabort = () => resolve("stopped");
    request.onerror = () => resolve({ ok: false, problem: { status: 0, detail: t.projects.make.lost, fields: {}, retryAfterSeconds: null } });
    request.onload = () => resolve(read<T>(request));
    tell(t.projects.make.sending, 0);
    request.send(body);
  });
}

function read<T>(request: XMLHttpRequest): Answer<T> {
  const content = parsed(request.responseText);
  if (request.status >= 200 && request.status < 300) return { ok: true, value: content as T };
  return { ok: false, problem: problemFrom({ status: request.status, headers: { get: (name) => request.getResponseHeader(name) } }, content) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
