/**
 * Regular expressions that authors may put on a text parameter, matched as a whole in linear time:
 * all states are followed at once, so no pattern and no text can make the server hang as a backtracking matcher can.
 * The syntax is the part of JavaScript's that has the same meaning in JSON Schema.
 */
type Node =
  | { readonly kind: "character"; readonly matches: (character: string) => boolean }
  | { readonly kind: "sequence"; readonly parts: readonly Node[] }
  | { readonly kind: "either"; readonly parts: readonly Node[] }
  | { readonly kind: "repeat"; readonly part: Node; readonly min: number; readonly max: number };

type State = { readonly matches: ((character: string) => boolean) | null; next: number[] };

const maxStates = 2000;
const maxRepeat = 1000;

class PatternError extends Error {}

/** What is wrong with a pattern, as a sentence; null where it can be used. */
export function patternProblem(pattern: string): string | null {
  try {
    compile(pattern);
    return null;
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
}

/** Whether the whole text matches. Costs at most states × characters. */
export function matchesPattern(pattern: string, text: string): boolean {
  const { states, start } = compile(pattern);
  let current = closure(states, [start]);
  for (const character of text) {
    const next: number[] = [];
    for (const at of current) {
      const state = states[at];
      if (state?.matches?.(character)) next.push(...state.next);
    }
    if (next.length === 0) return false;
    current = closure(states, next);
  }
  return current.has(0);
}

/** All states reached without reading a character. State 0 is the end. */
function closure(states: readonly State[], from: readonly number[]): ReadonlySet<number> {
  const reached = new Set<number>();
  const open = [...from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (reached.has(at)) continue;
    reached.add(at);
    const state = states[at];
    if (state && !state.matches) open.push(...state.next);
  }
  return reached;
}

function compile(pattern: string): { readonly states: readonly State[]; readonly start: number } {
  const states: State[] = [{ matches: null, next: [] }];
  const add = (state: State): number => {
    if (states.length >= maxStates) throw new PatternError("It is too large.");
    return states.push(state) - 1;
  };
  let steps = 0;
  const build = (node: Node, next: number): number => {
    // Repetitions of nothing add no state, yet multiply.
    if (++steps > 10 * maxStates) throw new PatternError("It is too large.");
    if (node.kind === "character") return add({ matches: node.matches, next: [next] });
    if (node.kind === "sequence") return node.parts.reduceRight((after, part) => build(part, after), next);
    if (node.kind === "either") return add({ matches: null, next: node.parts.map((part) => build(part, next)) });
    let tail = next;
    if (node.max === Number.POSITIVE_INFINITY) {
      tail = add({ matches: null, next: [next] });
      const loop = build(node.part, tail);
      states[tail]?.next.push(loop);
    } else {
      for (let count = node.min; count < node.max; count++) tail = add({ matches: null, next: [next, build(node.part, tail)] });
    }
    for (let count = 0; count < node.min; count++) tail = build(node.part, tail);
    return tail;
  };
  return { start: build(parse(pattern), 0), states };
}

function parse(pattern: string): Node {
  const reader = { text: pattern.replace(/^\^/, "").replace(/(?<!\\)((?:\\\\)*)\$$/, "$1"), at: 0, depth: 0 };
  const node = parseEither(reader);
  if (reader.at < reader.text.length) throw new PatternError('It has a ")" too many.');
  return node;
}

type Reader = { readonly text: string; at: number; depth: number };

function parseEither(reader: Reader): Node {
  const parts = [parseSequence(reader)];
  while (reader.text[reader.at] === "|") {
    reader.at++;
    parts.push(parseSequence(reader));
  }
  return parts.length === 1 && parts[0] ? parts[0] : { kind: "either", parts };
}

function parseSequence(reader: Reader): Node {
  const parts: Node[] = [];
  while (reader.at < reader.text.length && reader.text[reader.at] !== "|" && reader.text[reader.at] !== ")") parts.push(parseRepeat(reader, parseAtom(reader)));
  return { kind: "sequence", parts };
}

function parseRepeat(reader: Reader, part: Node): Node {
  const match = /^(?:([*+?])|\{(\d{1,4})(,(\d{0,4}))?\})/.exec(reader.text.slice(reader.at, reader.at + 12));
  if (!match) return part;
  reader.at += match[0].length;
  if (/[*+?{]/.test(reader.text[reader.at] ?? "")) throw new PatternError("Repetitions of repetitions are not understood.");
  const [, sign, least, comma, most] = match;
  const min = sign === undefined ? Number(least) : sign === "+" ? 1 : 0;
  const max =
    sign === "?" ? 1 : sign !== undefined || (comma !== undefined && most === "") ? Number.POSITIVE_INFINITY : comma === undefined ? min : Number(most);
  if (min > maxRepeat || (max !== Number.POSITIVE_INFINITY && max > maxRepeat) || min > max)
    throw new PatternError("A repetition is too large or the wrong way round.");
  return { kind: "repeat", part, min, max };
}

function parseAtom(reader: Reader): Node {
  const rest = reader.text.slice(reader.at);
  if (rest.startsWith("(")) return parseGroup(reader, rest);
  const special = /^(?:\[\^?(?:\\.|[^\]\\[])+\]|\\[dDwWsSnrt^$\\.*+?()[\]{}|/]|\.)/s.exec(rest)?.[0];
  if (special !== undefined) {
    reader.at += special.length;
    return { kind: "character", matches: oneOf(special) };
  }
  if (/^[\\[\]{}*+?^$]/.test(rest)) throw new PatternError(`"${rest.slice(0, 2)}" is not understood there.`);
  const literal = String.fromCodePoint(rest.codePointAt(0) ?? 0);
  reader.at += literal.length;
  return { kind: "character", matches: (character) => character === literal };
}

function parseGroup(reader: Reader, rest: string): Node {
  if (/^\(\?(?!:)/.test(rest)) throw new PatternError('Groups that begin with "(?" are not understood, except "(?:".');
  if (++reader.depth > 20) throw new PatternError("Its groups are nested too deeply.");
  reader.at += rest.startsWith("(?:") ? 3 : 1;
  const node = parseEither(reader);
  if (reader.text[reader.at] !== ")") throw new PatternError("A group is not closed.");
  reader.at++;
  reader.depth--;
  return node;
}

/** A class of characters is left to the language's own matcher: on a single character it cannot backtrack. */
function oneOf(source: string): (character: string) => boolean {
  let expression: RegExp;
  try {
    expression = new RegExp(`^${source}$`, "u");
  } catch {
    throw new PatternError(`"${source}" is not understood.`);
  }
  return (character) => expression.test(character);
}
