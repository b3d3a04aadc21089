import { cookieFromLab, cookiesForLab } from "./cookies.ts";
import { type ForwardedBy, type RawHeaders, requestHeaders, valuesOf, withoutHops } from "./headers.ts";

/** What a lab gets: nothing that proves to the app who somebody is, and its own token instead. */
export function labRequestHeaders(raw: RawHeaders, by: ForwardedBy, secret: string | null): string[] {
  const sent = requestHeaders(raw, by, isNoProof);
  const cookies = cookiesForLab(valuesOf(raw, "cookie").join("; "));
  if (cookies !== null) sent.push("cookie", cookies);
  if (secret !== null) sent.push("authorization", `token ${secret}`);
  return sent;
}

const isNoProof = (name: string): boolean => name !== "cookie" && name !== "authorization";

/** What a lab may not say: it would reach beyond its own host, or past us. */
const fromLabNever = new Set([
  "x-frame-options",
  "service-worker-allowed",
  "clear-site-data",
  "strict-transport-security",
  "alt-svc",
  "public-key-pins",
  "nel",
  "report-to",
  "reporting-endpoints",
  "timing-allow-origin",
  "referrer-policy",
  "x-content-type-options",
  "origin-agent-cluster",
  "cross-origin-resource-policy",
  // A browser would ask for a password under the site's name.
  "www-authenticate",
  "x-request-id",
]);
const fromLabNeverBeginning = ["access-control-", "x-accel-", "x-sheaf-"];

/** The same for a server in front, which can name headers but not their beginnings. */
export const hiddenFromLab: readonly string[] = [
  ...fromLabNever,
  ...["allow-origin", "allow-credentials", "allow-headers", "allow-methods", "allow-private-network", "expose-headers", "max-age"].map(
    (rest) => `access-control-${rest}`,
  ),
];

function mayLabSay(name: string): boolean {
  return !fromLabNever.has(name) && !fromLabNeverBeginning.some((beginning) => name.startsWith(beginning));
}

export type LabAnswer = { readonly requestId: string; readonly pageOrigin: string; readonly basePath: string };

/** What a browser gets of a lab's answer. Its own policy stays beside ours, but who may frame it is ours to say. */
export function labResponseHeaders(raw: RawHeaders, answer: LabAnswer): string[] {
  const kept = withoutHops(raw, mayLabSay);
  const sent: string[] = [];
  for (let index = 0; index + 1 < kept.length; index += 2) {
    const [name = "", value = ""] = [kept[index], kept[index + 1]];
    const allowed = allowedValue(name.toLowerCase(), value, answer.basePath);
    if (allowed !== null) sent.push(name, allowed);
  }
  sent.push(...labProtections(answer));
  return sent;
}

/** Said of every answer on a lab's host, whoever gave it. */
export function labProtections(answer: LabAnswer): string[] {
  return [
    ...["content-security-policy", `frame-ancestors ${answer.pageOrigin}`],
    // Addresses in a lab are names of somebody's files.
    ...["referrer-policy", "same-origin"],
    ...["x-content-type-options", "nosniff"],
    ...["origin-agent-cluster", "?1"],
    ...["cross-origin-resource-policy", "same-origin"],
    ...["x-request-id", answer.requestId],
  ];
}

function allowedValue(name: string, value: string, basePath: string): string | null {
  if (name === "set-cookie") return cookieFromLab(value, basePath);
  if (name === "content-security-policy" || name === "content-security-policy-report-only") return withoutAncestors(value);
  return value;
}

/** Jupyter's own word that nobody else may frame it would forbid the app as well: policies add up. */
function withoutAncestors(policies: string): string | null {
  const kept = policies
    .split(",")
    .map((policy) =>
      policy
        .split(";")
        .map((directive) => directive.trim())
        .filter((directive) => directive !== "" && !/^frame-ancestors(\s|$)/i.test(directive))
        .join("; "),
    )
    .filter((policy) => policy !== "");
  return kept.length > 0 ? kept.join(", ") : null;
}
