import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import cpp from "highlight.js/lib/languages/cpp";
import css from "highlight.js/lib/languages/css";
import dockerfile from "highlight.js/lib/languages/dockerfile";
import fortran from "highlight.js/lib/languages/fortran";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import julia from "highlight.js/lib/languages/julia";
import latex from "highlight.js/lib/languages/latex";
import makefile from "highlight.js/lib/languages/makefile";
import markdown from "highlight.js/lib/languages/markdown";
import matlab from "highlight.js/lib/languages/matlab";
import perl from "highlight.js/lib/languages/perl";
import python from "highlight.js/lib/languages/python";
import r from "highlight.js/lib/languages/r";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";

const languages = {
  bash,
  cpp,
  css,
  dockerfile,
  fortran,
  ini,
  java,
  javascript,
  json,
  julia,
  latex,
  makefile,
  markdown,
  matlab,
  perl,
  python,
  r,
  rust,
  sql,
  typescript,
  xml,
  yaml,
} as const;
for (const [name, definition] of Object.entries(languages)) hljs.registerLanguage(name, definition);

export type CodeLanguage = keyof typeof languages;

const ofEnding: Readonly<Record<string, CodeLanguage>> = {
  sh: "bash",
  bash: "bash",
  c: "cpp",
  h: "cpp",
  cc: "cpp",
  cpp: "cpp",
  hpp: "cpp",
  css: "css",
  f: "fortran",
  f90: "fortran",
  f95: "fortran",
  ini: "ini",
  cfg: "ini",
  toml: "ini",
  java: "java",
  js: "javascript",
  mjs: "javascript",
  json: "json",
  ipynb: "json",
  jl: "julia",
  tex: "latex",
  bib: "latex",
  md: "markdown",
  rmd: "markdown",
  qmd: "markdown",
  m: "matlab",
  pl: "perl",
  py: "python",
  pyi: "python",
  r: "r",
  rs: "rust",
  sql: "sql",
  ts: "typescript",
  tsx: "typescript",
  html: "xml",
  svg: "xml",
  xml: "xml",
  yml: "yaml",
  yaml: "yaml",
};

/** Longer texts and longer lines stay without colours: they are data, and colouring them costs more than it tells. */
const longestColoured = 200_000;
const longestLine = 5000;

/** What a file is written in, by its name; null where colours would say nothing. */
export function languageOfPath(path: string): CodeLanguage | null {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  if (name === "makefile" || name === "dockerfile") return name;
  return ofEnding[name.slice(name.lastIndexOf(".") + 1)] ?? null;
}

/** What people call a language ("Python", "ir", "C++"), as one that can be coloured. */
export function languageNamed(name: string): CodeLanguage | null {
  const known = name
    .toLowerCase()
    .replace(/^i(?=python|r$)/, "")
    .replace(/[\d.]+$/, "");
  if (Object.hasOwn(languages, known)) return known as CodeLanguage;
  return known === "c++" || known === "c" ? "cpp" : known === "octave" ? "matlab" : null;
}

/** Code as HTML: text that is encoded, in `<span class="hljs-...">` where it has a meaning, and nothing else. */
export function highlight(source: string, language: CodeLanguage | null): string {
  if (language === null || source.length > longestColoured || hasLongLine(source)) return encode(source);
  return hljs.highlight(source, { language, ignoreIllegals: true }).value;
}

function hasLongLine(source: string): boolean {
  for (let from = 0; from < source.length; ) {
    const end = source.indexOf("\n", from);
    if ((end < 0 ? source.length : end) - from > longestLine) return true;
    if (end < 0) return false;
    from = end + 1;
  }
  return false;
}

/** Each line's HTML on its own, for lists of lines. As many as `source.split("\n")`. */
export function highlightLines(source: string, language: CodeLanguage | null): readonly string[] {
  const open: string[] = [];
  return highlight(source, language)
    .split("\n")
    .map((line) => {
      const before = open.join("");
      for (const [tag] of line.matchAll(/<\/?span[^>]*>/g)) {
        if (tag === "</span>") open.pop();
        else open.push(tag);
      }
      return `${before}${line}${"</span>".repeat(open.length)}`;
    });
}

/** Puts `<mark>` around ranges (UTF-16, of the text that the HTML shows). */
export function markRanges(html: string, ranges: readonly { readonly start: number; readonly end: number }[]): string {
  if (ranges.length === 0) return html;
  let [at, index, marked, result] = [0, 0, false, ""];
  const turn = (on: boolean) => {
    if (on !== marked) result += on ? "<mark>" : "</mark>";
    marked = on;
  };
  for (const [part] of html.matchAll(/<[^>]*>|&[^;]{1,8};|[^<&]/g)) {
    if (part.startsWith("<")) {
      // A mark holds text only: it ends before a tag and begins again behind it.
      turn(false);
      result += part;
      continue;
    }
    while (ranges[index] && (ranges[index]?.end ?? 0) <= at) index++;
    const range = ranges[index];
    turn(range !== undefined && at >= range.start);
    result += part;
    at += part.startsWith("&") ? 1 : part.length;
  }
  turn(false);
  return result;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };

function encode(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}
