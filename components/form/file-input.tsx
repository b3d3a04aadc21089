"use client";
import { FileUp } from "lucide-react";
import { useRef, useState } from "react";
import type { Parameter } from "#lib/domain/parameter.ts";
import { isUpload } from "#lib/form/draft.ts";
import { formatBytes } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { api } from "../api.ts";
import type { InputProps } from "./parameter-field.tsx";

/** A file is checked for its kind and size before it leaves the browser, and is with the server before anything runs. */
export function FileInput({ parameter, entry, onChange, id, describedBy, invalid, onColumns, onBusy }: InputProps<Extract<Parameter, { type: "file" }>>) {
  const input = useRef<HTMLInputElement>(null);
  const [sending, setSending] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const upload = entry !== null && isUpload(entry) ? entry : null;
  const example = parameter.default?.split("/").at(-1);

  async function send(file: File) {
    const wrong = problemOf(parameter, file);
    setProblem(wrong);
    if (wrong) return;
    setSending(file.name);
    onBusy(true);
    const body = new FormData();
    body.append("file", file);
    const answer = await api<{ id: string; name: string }>("POST", routes.api.uploads(), body);
    setSending(null);
    onBusy(false);
    if (!answer.ok) return setProblem(answer.problem.detail || t.worksheet.uploadFailed);
    onColumns(columnsOf(file.name, await file.slice(0, 65_536).text()));
    onChange({ upload: answer.value.id, name: answer.value.name });
  }

  const status = sending ? t.worksheet.uploading(sending) : upload ? t.worksheet.uploaded(upload.name) : example ? t.worksheet.exampleFile(example) : "";
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the input inside is the first.
    <div
      className="rounded-md border border-dashed border-line-strong p-2.5"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const file = event.dataTransfer.files[0];
        if (file) void send(file);
      }}
    >
      <input
        ref={input}
        id={id}
        type="file"
        className="sr-only peer"
        accept={parameter.accept.join(",")}
        aria-describedby={describedBy}
        aria-invalid={invalid || problem !== null}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) void send(file);
          event.target.value = "";
        }}
      />
      <div className="flex flex-wrap items-center gap-2">
        <button type="button" className="button button-small" aria-hidden tabIndex={-1} onClick={() => input.current?.click()}>
          <FileUp size={14} aria-hidden />
          {upload ? t.worksheet.replaceFile : t.worksheet.chooseFile}
        </button>
        <span className="min-w-0 truncate" aria-live="polite">
          {status}
        </span>
      </div>
      <p className="hint mt-1">{t.worksheet.fileKinds(parameter.accept.join(", "), formatBytes(parameter.maxBytes))}</p>
      {problem && <p className="field-error">{problem}</p>}
    </div>
  );
}

function problemOf(parameter: Extract<Parameter, { type: "file" }>, file: File): string | null {
  const name = file.name.toLowerCase();
  if (parameter.accept.length > 0 && !parameter.accept.some((ending) => name.endsWith(ending.toLowerCase())))
    return t.worksheet.fileKind(parameter.accept.join(", "));
  return file.size > parameter.maxBytes ? t.worksheet.fileTooLarge(formatBytes(parameter.maxBytes)) : null;
}

/** The first line of a table, where the file looks like one. */
function columnsOf(name: string, start: string): string[] {
  if (!/\.(csv|tsv|txt|tab)$/i.test(name)) return [];
  const line = start.split(/\r?\n/, 1)[0] ?? "";
  const separator = ["\t", ";", ","].find((candidate) => line.includes(candidate)) ?? ",";
  return line
    .split(separator)
    .map((column) => column.trim().replace(/^"(.*)"$/, "$1"))
    .filter(Boolean)
    .slice(0, 500);
}
