import type { Metadata } from "next";
import { Markdown } from "#components/outputs/markdown.tsx";
import { renderMarkdown } from "#lib/markdown.ts";
import { about } from "#lib/messages/about.ts";
import { t } from "#lib/messages/en.ts";

export const metadata: Metadata = { title: t.header.about };

export default function AboutPage() {
  return (
    <div className="page page-reading pt-12">
      <h1 className="mb-8 text-2xl">{about.title}</h1>
      {about.sections.map((section) => (
        <section key={section.id} id={section.id} aria-labelledby={`${section.id}-title`} className="mb-10">
          <h2 id={`${section.id}-title`} className="mb-2 text-xl">
            {section.title}
          </h2>
          <Markdown html={renderMarkdown(section.text)} />
        </section>
      ))}
    </div>
  );
}
