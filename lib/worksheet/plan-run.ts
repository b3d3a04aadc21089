import type { Parameter, Values } from "#lib/domain/parameter.ts";
import type { CompiledCell, CompiledWorksheet } from "#lib/domain/worksheet.ts";
import { literal } from "./literal.ts";
import { changedNames } from "./values.ts";

export type PlannedCell = {
  /** Index of the notebook's cell; the injected cell has that of the parameters cell it follows. */
  readonly index: number;
  readonly source: string;
  readonly role: "imports" | "parameters" | "injected" | "body";
  readonly mayFail: boolean;
};

type CodeCell = Extract<CompiledCell, { kind: "code" }>;

/**
 * The cells to execute, in order. Changed values go in a cell of their own after the parameters cell, followed by what is
 * computed from them; values of forms inside cells are written in place. `files`: file parameter → path the kernel sees.
 */
export function planRun(worksheet: CompiledWorksheet, values: Values, files: Readonly<Record<string, string>> = {}): readonly PlannedCell[] {
  const changed = new Map<string, string>();
  const names = new Set(changedNames(worksheet.parameters, values));
  for (const parameter of worksheet.parameters) {
    const file = Object.hasOwn(files, parameter.name) ? files[parameter.name] : undefined;
    if (names.has(parameter.name) || file !== undefined)
      changed.set(parameter.name, literal(worksheet.language, parameter, values[parameter.name] ?? null, file));
  }
  const code = worksheet.cells.filter((cell): cell is CodeCell => cell.kind === "code");
  const inPlace = new Set(code.flatMap((cell) => (cell.slots ?? []).map((slot) => slot.parameter)));
  return code.flatMap((cell): PlannedCell[] => {
    const { index, role, mayFail } = cell;
    if (role === "skipped") return [];
    const planned: PlannedCell = { index, source: fillSlots(cell, changed), role, mayFail };
    if (!cell.dependents) return [planned];
    const source = injectedSource(worksheet, cell, changed, inPlace);
    return source === null ? [planned] : [planned, { index, source, role: "injected", mayFail: false }];
  });
}

function fillSlots(cell: CodeCell, changed: ReadonlyMap<string, string>): string {
  let source = cell.source;
  for (const slot of [...(cell.slots ?? [])].sort((a, b) => b.start - a.start)) {
    const text = changed.get(slot.parameter);
    if (text !== undefined) source = source.slice(0, slot.start) + text + source.slice(slot.end);
  }
  return source;
}

function injectedSource(worksheet: CompiledWorksheet, cell: CodeCell, changed: ReadonlyMap<string, string>, inPlace: ReadonlySet<string>): string | null {
  const overrides = worksheet.parameters.filter((parameter) => changed.has(parameter.name) && !inPlace.has(parameter.name));
  if (overrides.length === 0) return null;
  const lines = overrides.map((parameter) => `${variable(worksheet, parameter)} ${worksheet.language === "r" ? "<-" : "="} ${changed.get(parameter.name)}`);
  const names = new Set(overrides.map((parameter) => parameter.name));
  const again = (cell.dependents ?? []).filter((dependent) => dependent.uses.some((name) => names.has(name))).map((dependent) => dependent.source);
  return ["# Parameters", ...lines, ...again].join("\n");
}

/** R's names may be anything between backticks. */
function variable(worksheet: CompiledWorksheet, parameter: Parameter): string {
  if (worksheet.language === "python" || /^(?:[\p{L}]|\.(?![0-9]))[\p{L}\p{N}._]*$/u.test(parameter.name)) return parameter.name;
  return `\`${parameter.name}\``;
}
