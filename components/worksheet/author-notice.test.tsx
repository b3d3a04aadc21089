import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { AuthorNotice } from "./author-notice.tsx";

const rendered = (props: Parameters<typeof AuthorNotice>[0]) => renderToStaticMarkup(createElement(AuthorNotice, props));

test("the author reads each problem with its severity in words and its place as people count, errors first", () => {
  const html = rendered({
    problems: [
      { severity: "warning", cell: 2, line: 2, message: "n is computed." },
      { severity: "error", cell: null, line: null, message: "No <language>." },
    ],
    failedPublication: { cell: 4, message: "ValueError: too small" },
  });
  const words = html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
  expect(words).toContain("Error Cell 5: ValueError: too small");
  expect(words).toMatch(/only you see this.*Error Notebook: No &lt;language&gt;\. Warning Cell 3, line 2: n is computed\./);
  expect(html.match(/<svg[^>]*aria-hidden/g)).toHaveLength(3);
});

test("there is no notice where there is nothing to say", () => {
  expect(rendered({ problems: [], failedPublication: null })).toBe("");
});
