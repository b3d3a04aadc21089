import katex from "katex";
import type { MarkdownIt } from "markdown-it";

export type Formula = { readonly tex: string; readonly display: boolean };

/** Private-use characters fence a formula's number until the sanitiser has seen the text around it. */
const fence = { open: "\uE000", close: "\uE001" } as const;
const limits = { formulas: 2000, characters: 4000, lines: 120 } as const;

/** Teaches markdown-it `$..$`, `$$..$$`, `\(..\)`, `\[..\]` and LaTeX environments. Formulas land in `env.formulas`, a mark in the text. */
export function useMath(md: MarkdownIt): void {
  md.inline.ruler.before("escape", "math", (state, silent) => {
    const found = inlineFormula(state.src, state.pos, state.posMax);
    if (!found) return false;
    if (!silent) {
      const token = state.push("math", "", 0);
      token.content = found.tex;
      token.markup = found.display ? "display" : "inline";
    }
    state.pos = found.end;
    return true;
  });
  md.block.ruler.before(
    "fence",
    "math_block",
    (state, startLine, endLine, silent) => {
      const lines: string[] = [];
      let length = 0;
      for (let line = startLine; line < Math.min(endLine, startLine + limits.lines); line++) {
        const from = (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0);
        lines.push(state.src.slice(from, state.eMarks[line]));
        if (line === startLine && !/^(\$\$|\\\[|\\begin\{)/.test(lines[0] ?? "")) return false;
        length += lines.at(-1)?.length ?? 0;
        if (length > limits.characters) return false;
        const tex = /\$\$\s*$|\\\]\s*$|\\end\{/.test(lines.at(-1) ?? "") ? closedBlock(lines.join("\n")) : null;
        if (tex === null) continue;
        if (silent) return true;
        const token = state.push("math", "", 0);
        token.block = true;
        token.content = tex;
        token.markup = "display";
        token.map = [startLine, line + 1];
        state.line = line + 1;
        return true;
      }
      return false;
    },
    { alt: ["paragraph", "reference", "blockquote", "list"] },
  );
  md.renderer.rules.math = (tokens, index, _options, env) => {
    const { formulas } = env as { formulas: Formula[] };
    const token = tokens[index];
    if (!token || formulas.length >= limits.formulas) return md.utils.escapeHtml(token?.content ?? "");
    formulas.push({ tex: token.content, display: token.markup === "display" });
    const mark = `${fence.open}${formulas.length - 1}${fence.close}`;
    return token.block ? `<p>${mark}</p>\n` : mark;
  };
}

function closedBlock(text: string): string | null {
  const dollars = /^\$\$([\s\S]+?)\$\$\s*$/.exec(text) ?? /^\\\[([\s\S]+?)\\\]\s*$/.exec(text);
  if (dollars) return dollars[1] ?? null;
  const name = /^\\begin\{([a-zA-Z]+\*?)\}/.exec(text)?.[1];
  return name && text.trimEnd().endsWith(`\\end{${name}}`) ? text.trimEnd() : null;
}

function inlineFormula(text: string, start: number, limit: number): { tex: string; display: boolean; end: number } | null {
  const pairs = [
    { open: "$$", close: "$$", display: true },
    { open: "$", close: "$", display: false },
    { open: "\\(", close: "\\)", display: false },
    { open: "\\[", close: "\\]", display: true },
  ] as const;
  const pair = pairs.find((candidate) => text.startsWith(candidate.open, start));
  if (!pair) return null;
  const from = start + pair.open.length;
  const to = closingAt(text, from, pair.close, Math.min(limit, from + limits.characters));
  const tex = to === -1 ? "" : text.slice(from, to);
  if (tex.trim() === "") return null;
  // "$5 and $6" is money: a formula hugs its dollars, and no digit follows.
  if (pair.open === "$" && (/^\s|\s$/.test(tex) || /[0-9]/.test(text[to + 1] ?? ""))) return null;
  return { tex, display: pair.display, end: to + pair.close.length };
}

function closingAt(text: string, from: number, close: string, limit: number): number {
  for (let at = from; at < limit; at++) {
    if (text.startsWith(close, at)) return at;
    if (text[at] === "\\") at++;
  }
  return -1;
}

/** Puts each formula in place of its mark, once. Only ever called with text, never with an attribute's value. */
export function placeFormulas(text: string, formulas: readonly Formula[], placed: Set<number>): string {
  return text.replace(new RegExp(`${fence.open}(\\d{1,4})${fence.close}`, "g"), (_mark, digits: string) => {
    const index = Number(digits);
    const formula = formulas[index];
    if (!formula || placed.has(index)) return "";
    placed.add(index);
    return renderFormula(formula);
  });
}

/** Safe markup of a formula; what cannot be set is shown as its source. */
export function renderFormula({ tex, display }: Formula): string {
  if (tex.length > limits.characters) return asSource(tex.slice(0, limits.characters));
  try {
    return katex.renderToString(tex, {
      displayMode: display,
      throwOnError: true,
      trust: false,
      strict: "ignore",
      maxExpand: 300,
      maxSize: 30,
      output: "htmlAndMathml",
    });
  } catch {
    // A slip in the formula, or nesting too deep for the stack.
    return asSource(tex);
  }
}

function asSource(tex: string): string {
  return `<code>${tex.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")}</code>`;
}

export function withoutFences(text: string): string {
  return text.replace(/[\uE000\uE001]/g, "");
}
