/** Markup that `lib/markdown.ts` made, and nothing else. */
export function Markdown({ html }: { html: string }) {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: sanitised by renderMarkdown, see its property test.
  return <div className="prose" dangerouslySetInnerHTML={{ __html: html }} />;
}
