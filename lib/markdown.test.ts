import fc from "fast-check";
import { Parser } from "htmlparser2";
import { describe, expect, test } from "vitest";
import { renderMarkdown } from "./markdown.ts";
import { placeFiles } from "./markdown-files.ts";

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** Everything in a piece of markup that could act or fetch, as a browser's tokeniser would see it. */
function dangersIn(html: string): string[] {
  const dangers: string[] = [];
  const parser = new Parser({
    onopentag(name, attributes) {
      if (
        /^(script|style|iframe|object|embed|link|meta|base|form|input|button|frame|frameset|template|foreignobject|animate|set|video|audio|source|portal)$/.test(
          name,
        )
      )
        dangers.push(`<${name}>`);
      for (const [attribute, value] of Object.entries(attributes)) {
        if (/^on/i.test(attribute)) dangers.push(`${attribute}=`);
        if (/^(src|srcset|background|poster|data|action|formaction|xlink:href)$/.test(attribute) && !/^data:image\/(png|jpeg|gif|webp);base64,/.test(value))
          dangers.push(`${attribute}=${value}`);
        if (attribute === "href" && !/^(https?:\/\/|mailto:|#s-)/i.test(value)) dangers.push(`href=${value}`);
        if (attribute === "id" && !value.startsWith("s-")) dangers.push(`id=${value}`);
        if (attribute === "style" && /url\(|expression|position\s*:\s*fixed|@import/i.test(value)) dangers.push(`style=${value}`);
      }
    },
  });
  parser.end(html);
  return dangers;
}

const attacks = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<img src='https://evil.example/p.png'>",
  "![x](https://evil.example/p.png)",
  "![x](javascript:alert(1))",
  "[x](javascript:alert(1))",
  "[x](&#106;avascript:alert(1))",
  "[x](java\nscript:alert(1))",
  "[x](data:text/html,<script>alert(1)</script>)",
  "<a href='java&#x09;script:alert(1)'>x</a>",
  "<a href=' vbscript:x'>x</a>",
  "<a href='//evil.example'>x</a>",
  "<svg onload=alert(1)><script>1</script></svg>",
  "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
  "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
  "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
  "<object data='x'></object><embed src=x>",
  "<form action='/api'><input name=x><button formaction=//e>go</button></form>",
  "<meta http-equiv=refresh content='0;url=//evil.example'>",
  "<base href='//evil.example'>",
  "<style>@import url(//evil.example)</style>",
  "<div style='position:fixed;inset:0;background:url(//evil.example)'>x</div>",
  "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
  "<a title='\uE0000\uE001' href=#>$x\" onmouseover=\"alert(1)$</a>",
  "<a title='&#xE000;0&#xE001;'>t</a> $x\"><script>alert(1)</script>$",
  "$\\href{javascript:alert(1)}{x}$",
  "$\\htmlData{onclick=alert(1)}{x}$ $\\htmlStyle{position:fixed}{x}$ $\\includegraphics{https://evil.example/x.png}$",
  "$$\\url{javascript:alert(1)}$$",
  "<p id=content>x</p><a name=x id=cookie>y</a>",
  "\\begin{x}<img src=x onerror=1>\\end{x}",
  "<!--><img src=x onerror=alert(1)>-->",
  "<x onclick=alert(1)>y</x>",
];

describe("Markdown from a notebook", () => {
  test.each(attacks)("leaves nothing that acts or fetches in %j", (attack) => {
    expect(dangersIn(renderMarkdown(attack))).toEqual([]);
  });

  test("leaves nothing that acts or fetches in any mixture of attacks and text", () => {
    const piece = fc.oneof(
      fc.constantFrom(...attacks),
      fc.string(),
      fc.constantFrom("$", "$$", "\\(", "\\)", "`", "\n", "\n\n", "<", ">", '"', "'", "&#x", "<!--", "-->", "](", "!["),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => dangersIn(renderMarkdown(pieces.join(""))).length === 0),
      { numRuns: 400 },
    );
  });

  test("keeps what people write", () => {
    const html = renderMarkdown("# A *title*\n\nText with **weight**, `code`, H<sub>2</sub>O and [a link](https://example.org).\n\n|a|b|\n|-|-|\n|1|2|\n");
    expect(html).toContain('<h1 id="s-A-*title*">');
    expect(html).toContain("H<sub>2</sub>O");
    expect(html).toContain('<a href="https://example.org" rel="noopener nofollow">a link</a>');
    expect(html).toContain("<td>1</td>");
  });

  test("sets formulas in each of the notations", () => {
    for (const source of ["$p^2$", "$$p^2$$", "\\(p^2\\)", "\\[p^2\\]", "\\begin{align}a &= b\\\\ c &= d\\end{align}", "text $$\nx\n$$ text"]) {
      expect(renderMarkdown(source), source).toContain('class="katex"');
    }
  });

  test("does not take money for a formula", () => {
    expect(renderMarkdown("It costs $5 or $6.")).not.toContain("katex");
  });

  test("shows a broken or endless formula as its source", () => {
    expect(renderMarkdown("$\\frac{a$")).toContain("<code>\\frac{a</code>");
    expect(renderMarkdown("$\\def\\a{\\a\\a}\\a$")).not.toContain('class="katex"');
    expect(renderMarkdown(`$${"{".repeat(3000)}x${"}".repeat(3000)}$`)).toContain("<");
  });

  test("shows images of the notebook and of nobody else", () => {
    const attachments = { "a b.png": { "image/png": pixel } };
    expect(renderMarkdown("![plot](attachment:a%20b.png)", { attachments })).toContain(`src="data:image/png;base64,${pixel}"`);
    expect(renderMarkdown(`![dot](data:image/png;base64,${pixel})`)).toContain("<img");
    expect(renderMarkdown("![plot](attachment:missing.png)")).toContain("<span>plot</span>");
    expect(renderMarkdown("![map](figures/map.png)")).not.toContain("<img");
  });

  test("leads to the files beside it where these have a place, and nowhere else", () => {
    const files = { folder: "docs/a", page: (path: string) => `/files/${path}`, image: (path: string) => `/raw/${path}` };
    const rendered = (text: string) => renderMarkdown(text, { files });
    expect(rendered("[n](b%20c.ipynb#Two words) ![f](../figs/x.png)")).not.toContain('<img src="/raw/docs/a');
    expect(rendered("[n](<b%20c.ipynb#Two>)")).toContain('<a href="/files/docs/a/b c.ipynb#s-Two">n</a>');
    expect(rendered("![f](../figs/x.png) <img src='/logo.png' alt=l>")).toMatch(/src="\/raw\/docs\/figs\/x\.png".*src="\/raw\/logo\.png"/);
    for (const out of ["../../../x", "//evil.example/x", "/\\\\evil.example", "%5c%5cevil.example", "javascript:x", "%2e%2e/%2e%2e/%2e%2e/x", "", "?x"])
      expect(rendered(`<a href="${out}">x</a> <img src="${out}" alt="x">`)).toContain("<a>x</a> <span>x</span>");
    expect(renderMarkdown("[n](b.ipynb) ![f](x.png)")).toContain("<a>n</a> <span>f</span>");
  });

  test("leads there later just as well, whatever the text says", () => {
    const files = { folder: "docs/a", page: (path: string) => `/files/${path}?v="1"&w`, image: (path: string) => `/raw/${path}` };
    for (const address of [
      "b%20c.ipynb",
      "../figs/x.png",
      "/logo.png",
      "/@file/x",
      "a.md#Two%20words",
      "x?y=1",
      'a"b',
      "a&amp;b",
      "a<b>",
      "../../../x",
      "//evil.example",
    ]) {
      const source = `<a href='${address}'>x</a> <img src='${address}' alt="x"> src="/@file/y" [z](<${address}>) ![z](<${address}>)`;
      const later = placeFiles(renderMarkdown(source, { files: "later" }), files).replaceAll(
        /<img (?:alt="[xz]" )?(?:alt="([xz])" )?loading="lazy" ?\/?>/g,
        "<span>x</span>",
      );
      const atOnce = renderMarkdown(source, { files });
      const addresses = (html: string) => [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, found]) => found);
      expect(addresses(later), address).toEqual(addresses(atOnce));
      expect(later).not.toMatch(/<(?:a|img) [^>]*="\/@file/);
    }
  });

  test("answers in bounded time for long hostile input", () => {
    const started = performance.now();
    for (const piece of ["$", "[", "<a ", "\\[", "\\begin{a}\n", "$$\n", "> ", "*_"]) renderMarkdown(piece.repeat(5_000));
    expect(performance.now() - started).toBeLessThan(20_000);
  }, 30_000);
});
