import { parseDocument } from "yaml";
import type { CondaPlan } from "#lib/domain/environment.ts";
import { errorAt, type FileProblem, quoted, warningAt } from "./project-files.ts";

export type CondaFile = { readonly plan: Omit<CondaPlan, "pip">; readonly pip: readonly string[]; readonly problems: readonly FileProblem[] };

const maxEntries = 1000;
/** A name of a channel, with labels below it, or an address of one. */
const channelName = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9._-]+)*$/;
const channelAddress = /^https:\/\/[A-Za-z0-9.-]+(?::\d+)?(?:\/[A-Za-z0-9._~-]+)*\/?$/;
/** "numpy", "numpy=1.26.*", "conda-forge::r-base >=4.3,<5", as in conda's "Package match specifications". */
const matchSpec = /^(?:[A-Za-z0-9][A-Za-z0-9._/-]*::)?[A-Za-z0-9_][A-Za-z0-9._-]*(?:\s*(?:[=<>!~]=?|==)?\s*[A-Za-z0-9.*+!_,|<>=~ -]+)?$/;
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** What decides how programs are found and loaded belongs to the environment itself. */
const keptVariables = /^(?:PATH|HOME|USER|LD_.*|PYTHONHOME|PYTHONPATH|R_HOME|CONDA_.*|MAMBA_.*|SHEAF_.*)$/;

/** environment.yml as conda exports it: channels, dependencies (with a list for pip among them) and variables. */
export function readConda(text: string): CondaFile {
  const nothing = { plan: { channels: [], dependencies: [], variables: {} }, pip: [] };
  const document = parseDocument(text, { schema: "core", customTags: [], maxAliasCount: 0, prettyErrors: false, uniqueKeys: true } as Parameters<
    typeof parseDocument
  >[1]);
  const [broken] = document.errors;
  if (broken) return { ...nothing, problems: [errorAt(lineOf(text, broken.pos[0]), "This cannot be read as YAML from here on.")] };
  const content = toPlain(document);
  if (!isMap(content)) return { ...nothing, problems: [errorAt(null, "This is no list of channels and dependencies.")] };
  const problems: FileProblem[] = [];
  const note = (message: string): void => void problems.push(errorAt(null, message));
  for (const key of Object.keys(content))
    if (!["name", "channels", "dependencies", "variables", "prefix"].includes(key)) problems.push(warningAt(null, `${quoted(key)} is not read.`));
  const channels = entriesOf(content.channels, "channels", note).filter((channel) => {
    if (typeof channel === "string" && (channelName.test(channel) || channelAddress.test(channel))) return true;
    note(`${quoted(String(channel))} is no channel: write its name, or an address that begins with https:// and holds no password.`);
    return false;
  });
  const { dependencies, pip } = readDependencies(entriesOf(content.dependencies, "dependencies", note), note);
  const variables = readVariables(content.variables, note);
  return { plan: { channels: channels.map(String), dependencies, variables }, pip, problems };
}

function readDependencies(entries: readonly unknown[], note: (message: string) => void): { dependencies: string[]; pip: string[] } {
  const dependencies: string[] = [];
  const pip: string[] = [];
  for (const entry of entries) {
    if (typeof entry === "string" && matchSpec.test(entry)) dependencies.push(entry.trim());
    else if (isMap(entry) && Object.keys(entry).join() === "pip") {
      for (const line of entriesOf(entry.pip, "pip", note)) {
        if (typeof line === "string") pip.push(line);
        else note(`${quoted(String(line))} is no requirement for pip.`);
      }
    } else note(`${quoted(isMap(entry) ? Object.keys(entry).join() : String(entry))} is no package of conda: write its name, such as numpy or numpy=2.1.`);
  }
  return { dependencies, pip };
}

function readVariables(content: unknown, note: (message: string) => void): Record<string, string> {
  const variables: Record<string, string> = {};
  if (content === undefined || content === null) return variables;
  if (!isMap(content)) {
    note("“variables” is no list of names and values.");
    return variables;
  }
  for (const [name, value] of Object.entries(content)) {
    const text = String(value);
    if (!variableName.test(name) || keptVariables.test(name)) note(`The variable ${quoted(name)} cannot be set.`);
    else if (typeof value === "object" || /\p{Cc}/u.test(text) || text.length > 1000) note(`The value of ${quoted(name)} is no short line of text.`);
    else variables[name] = text;
  }
  return variables;
}

function entriesOf(content: unknown, name: string, note: (message: string) => void): readonly unknown[] {
  if (content === undefined || content === null) return [];
  if (!Array.isArray(content)) {
    note(`${quoted(name)} is no list.`);
    return [];
  }
  if (content.length > maxEntries) note(`${quoted(name)} has more than ${maxEntries} entries.`);
  return content.slice(0, maxEntries);
}

/** Null where one part of it stands for another, which could make much of little. */
function toPlain(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    return null;
  }
}

function isMap(content: unknown): content is Record<string, unknown> {
  return typeof content === "object" && content !== null && !Array.isArray(content);
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}
