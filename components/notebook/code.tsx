import { highlightLines, languageOfPath } from "#lib/text/highlight.ts";

type Props = { source: string /** Its name tells the language. */; path: string; numbered?: boolean };

/** Code with syntax highlighting, rendered on the server; beyond 200,000 characters without colours. */
export function Code({ source, path, numbered = false }: Props) {
  const text = source.replaceAll("\r\n", "\n").replace(/\n$/, "");
  const html = highlightLines(text, languageOfPath(path))
    .map((line) => `<span class="code-line">${line}</span>`)
    .join("\n");
  return <CodeBlock html={numbered ? html : html.replaceAll(/<span class="code-line">(.*)<\/span>/g, "$1")} numbered={numbered} />;
}

/** Markup that `lib/text/highlight.ts` made, and nothing else. */
export function CodeBlock({ html, numbered = false }: { html: string; numbered?: boolean }) {
  return (
    <pre
      className={numbered ? "code code-numbered" : "code"}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
      // biome-ignore lint/security/noDangerouslySetInnerHtml: encoded by highlight, see its property test.
      dangerouslySetInnerHTML={{ __html: html }}
    />
  );
}
