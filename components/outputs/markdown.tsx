"use client";
import { useEffect, useRef } from "react";

const mayScroll = ".katex-display, pre, table";

/** Markup that `lib/markdown.ts` made, and nothing else. */
export function Markdown({ html }: { html: string }) {
  const text = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = text.current;
    if (!element?.querySelector(mayScroll)) return;
    const observer = new ResizeObserver(() => letKeysScroll(element));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // biome-ignore lint/security/noDangerouslySetInnerHtml: sanitised by renderMarkdown, see its property test.
  return <div ref={text} className="prose" dangerouslySetInnerHTML={{ __html: html }} />;
}

/** What is wider than the page can be scrolled by keyboard too; what is not is no stop on the way. */
function letKeysScroll(text: HTMLElement): void {
  for (const part of text.querySelectorAll<HTMLElement>(mayScroll)) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  }
}
