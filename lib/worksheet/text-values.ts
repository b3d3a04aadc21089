import { isId } from "#lib/domain/ids.ts";
import type { Parameter } from "#lib/domain/parameter.ts";

const decimal = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const numberWords: Readonly<Record<string, string>> = { inf: "Infinity", infinity: "Infinity", "-inf": "-Infinity", "-infinity": "-Infinity", nan: "NaN" };

/** What a text means for a parameter; text that means nothing is passed on, for `checkValue` to say so. Undefined keeps the default. */
export function rawFromText(parameter: Parameter, texts: readonly string[]): unknown {
  const last = texts.at(-1);
  if (last === undefined) return undefined;
  if (parameter.type === "choices") return texts.length === 1 && last === "" ? [] : texts.map((text) => choiceFromText(parameter.choices, text));
  if (parameter.type === "range") return texts.map((text) => numberFromText(text));
  if (last === "" && parameter.nullable) return null;
  switch (parameter.type) {
    case "integer":
      return integerFromText(last);
    case "number":
      return numberFromText(last);
    case "boolean":
      return booleans[last.toLowerCase()] ?? last;
    case "choice":
      return choiceFromText(parameter.choices, last);
    case "file":
      return fileFromText(parameter, last);
    case "column":
      return last === "" ? null : last;
    case "date":
      return last.trim();
    case "string":
    case "text":
      return last;
  }
}

const booleans: Readonly<Record<string, boolean>> = Object.assign(Object.create(null), {
  true: true,
  on: true,
  "1": true,
  yes: true,
  false: false,
  off: false,
  "0": false,
  no: false,
});

function integerFromText(text: string): unknown {
  const match = /^([+-]?)0*([0-9]+)$/.exec(text.trim());
  if (!match) return numberFromText(text);
  const digits = `${match[1] === "-" && match[2] !== "0" ? "-" : ""}${match[2]}`;
  return Number.isSafeInteger(Number(digits)) ? Number(digits) : digits;
}

function numberFromText(text: string): unknown {
  const trimmed = text.trim();
  if (decimal.test(trimmed)) return Number(trimmed);
  const word = trimmed.toLowerCase();
  return Object.hasOwn(numberWords, word) ? numberWords[word] : text;
}

function choiceFromText(choices: Extract<Parameter, { type: "choice" }>["choices"], text: string): unknown {
  const choice = choices.find((candidate) => String(candidate.value) === text);
  if (choice) return choice.value;
  return choices.every((candidate) => typeof candidate.value === "number") ? numberFromText(text) : text;
}

/** "up_…/name.csv" is an upload and its name. */
function fileFromText(parameter: Extract<Parameter, { type: "file" }>, text: string): unknown {
  if (text === "") return parameter.default;
  const slash = text.indexOf("/");
  const upload = text.slice(0, Math.max(slash, 0));
  return isId("upload", upload) ? { upload, name: text.slice(slash + 1) } : text;
}
