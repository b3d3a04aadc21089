import type { Parameter } from "#lib/domain/parameter.ts";
import type { Language, ValueSlot } from "#lib/domain/worksheet.ts";
import { buildParameter } from "./build-parameter.ts";
import { readers, readLiteral, readSource } from "./language.ts";
import { plainText } from "./markdown-text.ts";
import type { LineProblem } from "./problems.ts";
import { noteAt } from "./problems.ts";
import type { ChoiceSpec, ParameterSpec } from "./sheaf-metadata.ts";
import type { StaticValue, Token } from "./source.ts";
import { isOperator, splitAtCommas } from "./source.ts";
import { tokenizePython } from "./tokens-python.ts";

export type ColabForm = {
  readonly title: string | null;
  readonly parameters: readonly Parameter[];
  readonly slots: readonly ValueSlot[];
  /** Whether the cell holds nothing but parameters and comments. */
  readonly onlyParameters: boolean;
  readonly problems: readonly LineProblem[];
};

const formComment = /^#\s*@(param|title|markdown)\b\s*(.*)$/s;

/** Reads the forms of a cell: `#@title`, `#@markdown` and `x = 'a' #@param ...`. Null where it has none. */
export function readColabForm(language: Language, source: string): ColabForm | null {
  if (!/#\s*@(?:param|title|markdown)\b/.test(source)) return null;
  const { statements, comments, problem } = readSource(language, source);
  const problems: LineProblem[] = problem ? [noteAt("error", problem.line, problem.message)] : [];
  const notes = comments.flatMap((token) => {
    const match = formComment.exec(token.text);
    return match ? [{ token, kind: match[1] ?? "", text: (match[2] ?? "").trim() }] : [];
  });
  if (notes.length === 0) return null;
  const title =
    notes
      .find((note) => note.kind === "title")
      ?.text.replace(/\{[^{}]*\}\s*$/, "")
      .trim() || null;
  const parameters: Parameter[] = [];
  const slots: ValueSlot[] = [];
  let help: string[] = [];
  for (const { token, kind, text } of notes) {
    if (kind === "markdown") help.push(text);
    if (kind !== "param") continue;
    const statement = statements.find((candidate) => candidate.comment === token);
    const assignment = statement && readers[language].readAssignment(statement);
    const value = assignment && readers[language].readValue(assignment.value);
    const spec = readParamComment(language, text, value ?? null);
    const [first, last] = [assignment?.value[0], assignment?.value.at(-1)];
    if ("problem" in spec) problems.push(noteAt("error", token.line, spec.problem));
    else if (!assignment || !first || !last) problems.push(noteAt("error", token.line, "#@param must stand behind an assignment such as n = 5."));
    else if (!value) problems.push(noteAt("warning", token.line, `${assignment.name} is computed, not a fixed value, so no field can be made of it.`));
    else {
      const helpText = plainText(help.join("\n"));
      const built = buildParameter(assignment.name, value, { ...spec, ...(helpText ? { help: helpText } : {}), ...(title ? { group: title } : {}) });
      help = [];
      if ("problem" in built) problems.push(noteAt("error", token.line, built.problem));
      else {
        parameters.push(built.parameter);
        slots.push({ parameter: built.parameter.name, start: first.start, end: last.end });
      }
    }
  }
  if (help.length > 0)
    problems.push(noteAt("warning", notes.at(-1)?.token.line ?? 1, "#@markdown without a field after it is not shown. Use a Markdown cell."));
  return { title, parameters, slots, onlyParameters: slots.length > 0 && slots.length === statements.length, problems };
}

/** Reads what stands behind `#@param`: nothing, a list of choices, options in braces, or both. */
export function readParamComment(language: Language, text: string, value: StaticValue | null): ParameterSpec | { readonly problem: string } {
  if (text === "") return {};
  const notUnderstood = { problem: `This description of a field is not understood: #@param ${text.slice(0, 100)}` };
  const { tokens, problem } = tokenizePython(text);
  if (problem) return notUnderstood;
  const listEnd = isOperator(tokens[0], "[") ? closingOf(tokens) : -1;
  const rest = tokens.slice(listEnd + 1);
  if (rest.length > 0 && !(isOperator(rest[0], "{") && isOperator(rest.at(-1), "}"))) return notUnderstood;
  const options = readOptions(rest.slice(1, -1));
  if (!options) return notUnderstood;
  const unknown = [...options.keys()].filter((key) => !["type", "min", "max", "step", "allow-input", "placeholder", "isTemplate", "default"].includes(key));
  if (unknown.length > 0) return { problem: `#@param has no option "${unknown[0]}".` };
  if (listEnd >= 0) return dropdownSpec(language, text.slice(0, tokens[listEnd]?.end), options, value);
  return fieldSpec(options, value);
}

function closingOf(tokens: readonly Token[]): number {
  let depth = 0;
  return tokens.findIndex((token) => {
    if (isOperator(token, "[")) depth++;
    if (isOperator(token, "]")) depth--;
    return depth === 0;
  });
}

type Options = ReadonlyMap<string, StaticValue>;

/** `type:"slider", min:1, allow-input: true`, keys with or without quotes. */
function readOptions(tokens: readonly Token[]): Options | null {
  const options = new Map<string, StaticValue>();
  for (const part of splitAtCommas(tokens) ?? [[]]) {
    const colon = part.findIndex((token) => isOperator(token, ":"));
    const key = part
      .slice(0, Math.max(colon, 0))
      .map((token) => (token.kind === "string" ? token.text.slice(1, -1) : token.text))
      .join("");
    const words = part.slice(colon + 1);
    const word = words.length === 1 ? words[0]?.text : undefined;
    const value: StaticValue | null = word === "true" || word === "false" ? { kind: "boolean", value: word === "true" } : readers.python.readValue(words);
    if (key === "" || !value) return null;
    options.set(key, value);
  }
  return options;
}

function dropdownSpec(language: Language, listText: string, options: Options, value: StaticValue | null): ParameterSpec | { readonly problem: string } {
  const list = readLiteral("python", listText);
  if (list?.kind !== "list" || list.items.length === 0) return { problem: "The choices of this field are not a list of fixed values." };
  const type = stringOf(options.get("type"));
  // Items of a "raw" list are code in quotes: "1" means the number.
  const raw = type === "raw" || (type === undefined && value !== null && value.kind !== "string");
  const choices: ChoiceSpec[] = [];
  for (const item of list.items) {
    const meant = raw && item.kind === "string" ? readLiteral(language, item.value) : item;
    if (meant?.kind === "string" || meant?.kind === "boolean") choices.push(meant.value);
    else if ((meant?.kind === "integer" || meant?.kind === "number") && typeof meant.value === "number") choices.push(meant.value);
    else if (meant?.kind !== "null") return { problem: "The choices of this field are not a list of fixed values." };
  }
  const allowInput = options.get("allow-input");
  const nullable = raw && list.items.some((item) => item.kind === "string" && readLiteral(language, item.value)?.kind === "null");
  return { type: "choice", choices, ...(allowInput?.kind === "boolean" && allowInput.value ? { allowOther: true } : {}), ...(nullable ? { nullable } : {}) };
}

function fieldSpec(options: Options, value: StaticValue | null): ParameterSpec | { readonly problem: string } {
  const type = stringOf(options.get("type"));
  const [min, max, step] = ["min", "max", "step"].map((key) => numberOf(options.get(key)));
  const bounds = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }), ...(step === undefined ? {} : { step }) };
  switch (type) {
    case undefined:
    case "raw":
      return bounds;
    case "string":
    case "integer":
    case "number":
    case "boolean":
    case "date":
      return { type, ...bounds };
    case "slider": {
      const whole = value?.kind !== "number" && [min, max, step].every((bound) => bound === undefined || Number.isInteger(bound));
      // Colab's slider goes from 0 to 100 in steps of 1 where nothing else is said.
      return { type: whole ? "integer" : "number", min: min ?? 0, max: max ?? 100, step: step ?? 1, slider: true };
    }
    default:
      return { problem: `#@param has no type "${type.slice(0, 50)}".` };
  }
}

function stringOf(value: StaticValue | undefined): string | undefined {
  return value?.kind === "string" ? value.value : undefined;
}

function numberOf(value: StaticValue | undefined): number | undefined {
  return (value?.kind === "integer" || value?.kind === "number") && typeof value.value === "number" ? value.value : undefined;
}
