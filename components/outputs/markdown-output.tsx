"use client";
import { renderMarkdown } from "#lib/markdown.ts";
import { Markdown } from "./markdown.tsx";

/** Markdown that a cell displayed; loaded apart, since few worksheets need the renderer in the browser. */
export default function MarkdownOutput({ source }: { source: string }) {
  return <Markdown html={renderMarkdown(source)} />;
}
