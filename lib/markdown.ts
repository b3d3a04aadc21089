import MarkdownIt from "markdown-it";
import sanitizeHtml from "sanitize-html";
import { addressOf, idPrefix, isRelative, laterPrefix, type NearbyFiles, safelyDecoded } from "./markdown-files.ts";
import { type Formula, placeFormulas, useMath, withoutFences } from "./markdown-math.ts";

/** Attachments of a notebook's cell: file name → mime type → base64. */
export type Attachments = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const longestSource = 400_000;
const imageTypes = ["image/png", "image/jpeg", "image/gif", "image/webp"] as const;
const dataImage = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+$/;
/** "later": `placeFiles` says it, once somebody knows where the text is shown. */
type Files = NearbyFiles | "later";

const md = new MarkdownIt({ html: true, linkify: true });
md.use(useMath);
md.validateLink = (url) => /^(https?:|mailto:|#|attachment:)/i.test(url.trim()) || isRelative(url.trim()) || dataImage.test(url.trim());
md.core.ruler.push("heading_ids", (state) => {
  const taken = new Map<string, number>();
  state.tokens.forEach((token, index) => {
    if (token.type !== "heading_open") return;
    // As Jupyter does: spaces become hyphens, everything else stays.
    const slug = (state.tokens[index + 1]?.content ?? "").trim().replace(/\s+/g, "-").slice(0, 120);
    const before = taken.get(slug) ?? 0;
    taken.set(slug, before + 1);
    token.attrSet("id", before === 0 ? slug : `${slug}-${before}`);
  });
});

/**
 * Markdown of a notebook as HTML that may stand in the page: a whitelist of tags, no styles, no scripts, links only to the web
 * and to the project's own files, images only from the notebook itself and from these. Formulas are set by KaTeX after the sanitiser, into text alone.
 */
export function renderMarkdown(source: string, options: { readonly attachments?: Attachments | undefined; readonly files?: Files | undefined } = {}): string {
  const env: { formulas: Formula[] } = { formulas: [] };
  const html = md.render(withoutFences(source.slice(0, longestSource)), env);
  const placed = new Set<number>();
  return sanitizeHtml(html, {
    allowedTags,
    allowedAttributes,
    allowedSchemes: ["http", "https", "mailto"],
    allowedSchemesByTag: { img: ["data"] },
    allowProtocolRelative: false,
    disallowedTagsMode: "discard",
    parseStyleAttributes: false,
    nestingLimit: 60,
    textFilter: (text) => placeFormulas(text, env.formulas, placed),
    transformTags: {
      a: (_tag, attributes) => ({ tagName: "a", attribs: linkAttributes(attributes, options.files) }),
      img: (_tag, attributes) => image(attributes, options.attachments ?? {}, options.files),
      "*": (tagName, attributes) => ({ tagName, attribs: withPrefixedId(attributes) }),
    },
  });
}

const allowedTags = (
  "h1 h2 h3 h4 h5 h6 p div span br hr ul ol li dl dt dd blockquote pre code kbd samp var em strong b i u s del ins sub sup mark small abbr cite q center " +
  "details summary figure figcaption table caption colgroup col thead tbody tfoot tr th td img a"
).split(" ");

const allowedAttributes = {
  "*": ["id", "title", "align", "dir", "lang"],
  a: ["href", "rel", "target"],
  img: ["src", "alt", "width", "height", "loading"],
  ol: ["start", "type", "reversed"],
  li: ["value"],
  td: ["colspan", "rowspan", "headers"],
  th: ["colspan", "rowspan", "scope", "abbr", "headers"],
  col: ["span"],
  colgroup: ["span"],
  details: ["open"],
};

type Attributes = Readonly<Record<string, string>>;

function withPrefixedId(attributes: Attributes): Record<string, string> {
  const { id, ...others } = attributes;
  return id ? { ...others, id: `${idPrefix}${id}` } : others;
}

function linkAttributes(attributes: Attributes, files: Files | undefined): Record<string, string> {
  const { href, target: _target, rel: _rel, ...others } = withPrefixedId(attributes);
  if (href?.startsWith("#")) return { ...others, href: `#${idPrefix}${safelyDecoded(href.slice(1))}` };
  // A relative address means a file of the project, which is at another place on this site.
  const nearby = placed("page", href, files);
  if (nearby) return { ...others, href: nearby };
  return href && /^(https?:\/\/|mailto:)/i.test(href) ? { ...others, href, rel: "noopener nofollow" } : others;
}

function image(attributes: Attributes, attachments: Attachments, files: Files | undefined): sanitizeHtml.Tag {
  const { src, alt = "", ...others } = withPrefixedId(attributes);
  const nearby = placed("image", src, files);
  if (nearby) return { tagName: "img", attribs: { ...others, src: nearby, alt, loading: "lazy" } };
  const resolved = src?.startsWith("attachment:") ? attachmentUrl(attachments[safelyDecoded(src.slice("attachment:".length))]) : src;
  if (!resolved || !dataImage.test(resolved)) return { tagName: "span", attribs: {}, text: alt };
  return { tagName: "img", attribs: { ...others, src: resolved, alt, loading: "lazy" } };
}

function placed(kind: "page" | "image", address: string | undefined, files: Files | undefined): string | null {
  if (!files || !address) return null;
  if (files === "later") return isRelative(address) ? laterPrefix + address : null;
  return addressOf(kind, address, files);
}

function attachmentUrl(bundle: Readonly<Record<string, unknown>> | undefined): string | null {
  const type = imageTypes.find((candidate) => typeof bundle?.[candidate] === "string");
  return type && bundle ? `data:${type};base64,${String(bundle[type]).replace(/\s/g, "")}` : null;
}
