"use client";
import { type FormEvent, useId, useState } from "react";
import type { MadeProject, ProjectAttempt } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import type { ActionOutcome } from "./action-outcome.ts";
import { type ChosenFile, FilesField } from "./files-field.tsx";
import { ProjectFields, type ProjectFieldsGiven } from "./project-fields.tsx";
import { type Sending, sendFiles } from "./send-files.ts";
import { SendingStatus } from "./sending-status.tsx";
import { AddressFields, TemplateField } from "./way-fields.tsx";
import { focusFirstProblem, LineField } from "./words-fields.tsx";

const ways = ["blank", "template", "upload", "address"] as const;
export type Way = (typeof ways)[number];
type Actions = { readonly create: (given: unknown) => Promise<ActionOutcome>; readonly importAddress: (given: unknown) => Promise<ActionOutcome> };
type Props = {
  areas: ProjectFieldsGiven["areas"] /** What was typed before, for an attempt that failed. */;
  begin: ProjectAttempt | null;
  way: Way;
  uploadLimitBytes: number;
  actions: Actions;
};
type Problem = { readonly message: string; readonly fields: Readonly<Record<string, string>> };

/** One short form for all ways to begin. What is typed stays, whatever the server says. */
export function NewProjectForm({ areas, begin, way: firstWay, uploadLimitBytes, actions }: Props) {
  const id = useId();
  const [way, setWay] = useState<Way>(firstWay);
  const [files, setFiles] = useState<readonly ChosenFile[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [sending, setSending] = useState<Sending | null>(null);
  const busy = sending !== null;
  const fields = problem?.fields ?? {};

  async function submit(form: HTMLFormElement) {
    const given = readForm(form);
    const missing = missingIn(way, given, files);
    setProblem(missing);
    if (missing) return focusFirstProblem(form, missing.fields);
    const outcome = way === "upload" ? await upload(given) : await act(given);
    if (outcome === null) return setSending(null);
    // A whole navigation: only a document that was asked for as a lab may frame one.
    if (outcome.ok && outcome.goTo) return window.location.assign(outcome.goTo);
    setSending(null);
    if (outcome.ok) return;
    setProblem({ message: outcome.failure.message, fields: outcome.failure.fields ?? {} });
    focusFirstProblem(form, outcome.failure.fields ?? {});
  }

  async function act(given: Given): Promise<ActionOutcome> {
    setSending({ phase: t.projects.make.making, percent: null, startedAt: new Date().toISOString(), stop: null });
    const call =
      way === "address" ? actions.importAddress({ ...importOf(given), ...(begin && { insteadOf: begin.projectId }) }) : actions.create(createOf(given, way));
    return call.catch(() => ({ ok: false, failure: { code: "unavailable", message: t.account.unavailable } }));
  }

  /** Null when the person stopped it. */
  async function upload(given: Given): Promise<ActionOutcome | null> {
    const answer = await sendFiles<MadeProject>({ files, fields: factsOf(given), onProgress: setSending });
    if (answer === "stopped") {
      setProblem({ message: t.projects.make.stopped, fields: {} });
      return null;
    }
    if (answer.ok) return { ok: true, goTo: routes.project(answer.value.slug) };
    return { ok: false, failure: { code: "invalid", message: answer.problem.detail, fields: answer.problem.fields } };
  }

  /** What was wrong with the files before is not said of others. */
  function choose(chosen: readonly ChosenFile[]) {
    setFiles(chosen);
    setProblem((before) => before && withoutFiles(before));
  }

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!busy) void submit(event.currentTarget);
  }

  return (
    <form className="flex flex-col gap-6" onSubmit={onSubmit} noValidate>
      <div role="alert">{problem && <p className="notice notice-wrong">{problem.message}</p>}</div>
      <LineField
        id={`${id}-title`}
        name="title"
        label={t.projects.form.title}
        hint={t.projects.form.titleHint}
        error={fields.title}
        defaultValue={begin?.title ?? ""}
        optional={way === "address"}
      />
      <fieldset>
        <legend className="label mb-1.5">{t.projects.make.from}</legend>
        <div className="ways">
          {ways.map((one) => (
            <label key={one} className="way">
              <input type="radio" name="way" value={one} checked={way === one} onChange={() => setWay(one)} />
              <span className="label">{t.projects.make.ways[one]}</span>
              <span className="hint">{t.projects.make.wayHints[one]}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {way === "template" && <TemplateField />}
      {/* Kept while another way is looked at: nothing chosen or typed is lost. */}
      <div hidden={way !== "upload"}>
        <FilesField files={files} onChange={choose} limitBytes={uploadLimitBytes} error={fields.files ?? fields.file} />
      </div>
      <div hidden={way !== "address"}>
        <AddressFields url={begin?.url ?? ""} errors={fields} />
      </div>
      <ProjectFields areas={areas} begin={begin} errors={fields} withType={way !== "template"} />
      {sending ? (
        <SendingStatus sending={sending} />
      ) : (
        <button type="submit" className="button button-primary h-10 self-start">
          {t.projects.make.submit}
        </button>
      )}
    </form>
  );
}

type Given = Readonly<Record<string, string>>;

function readForm(form: HTMLFormElement): Given {
  return Object.fromEntries([...new FormData(form)].filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function withoutFiles({ message, fields }: Problem): Problem | null {
  const { files: _files, file: _file, ...others } = fields;
  return Object.keys(others).length === 0 ? null : { message, fields: others };
}

function missingIn(way: Way, given: Given, files: readonly ChosenFile[]): Problem | null {
  const fields = {
    ...(way !== "address" && !given.title?.trim() ? { title: t.projects.make.titleMissing } : {}),
    ...(way === "upload" && files.length === 0 ? { files: t.projects.make.noFiles } : {}),
    ...(way === "address" && !given.url?.trim() ? { url: t.projects.make.urlMissing } : {}),
  };
  const [first] = Object.values(fields);
  return first === undefined ? null : { message: first, fields };
}

function factsOf(given: Given): Record<string, string> {
  const { title = "", description = "", areaSlug = "", type = "notebook", visibility = "private" } = given;
  return { title, type, visibility, ...(description.trim() ? { description } : {}), ...(areaSlug ? { areaSlug } : {}) };
}

function createOf(given: Given, way: Way): Record<string, unknown> {
  const template = way === "template" ? (given.template ?? "worksheet-python") : "blank";
  const type = template === "blank" ? (given.type ?? "worksheet") : template.startsWith("worksheet") ? "worksheet" : template;
  return { ...factsOf(given), template, type };
}

function importOf(given: Given): Record<string, unknown> {
  const { title, ...others } = factsOf(given);
  const named = given.username?.trim() || given.password;
  return {
    ...others,
    ...(title?.trim() ? { title } : {}),
    url: given.url ?? "",
    ...(named ? { credentials: { username: given.username?.trim() ?? "", password: given.password ?? "" } } : {}),
  };
}
