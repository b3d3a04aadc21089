/** How the end of an answer is told. */
export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  /** The connection ends with it. */
  | { readonly kind: "close" };

export type AnswerHead = {
  readonly status: number;
  readonly message: string;
  /** Name and value alternating, as they came. */
  readonly headers: string[];
  readonly framing: Framing;
  /** Whether the connection may carry another request. */
  readonly keepAlive: boolean;
};

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: (.*))?$/;
const token = /^[!#$%&'*+\-.^_`|~\w]+$/;
/** Of bytes read one by one as text: all but tabs and what can be seen. */
const unseen = /[^\t\x20-\x7e\x80-\xff]/;
const decimal = /^\d{1,15}$/;

/**
 * Reads what stands before the body of an answer (status line and headers, without the empty line; RFC 9112). Null where
 * two readers could understand it differently: folded lines, bare line ends, two lengths, a length beside chunks.
 */
export function readAnswerHead(text: string, method: string): AnswerHead | null {
  const lines = text.split("\r\n");
  const first = statusLine.exec(lines[0] ?? "");
  const message = first?.[3] ?? "";
  if (!first || unseen.test(message)) return null;
  const [isLater, status] = [first[1] === "1", Number(first[2])];
  const headers: string[] = [];
  const said = { length: null as string | null, encoding: null as string | null, connection: "" };
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const at = line.indexOf(":");
    const name = line.slice(0, Math.max(0, at));
    const value = withoutPadding(line, at + 1);
    if (!token.test(name) || unseen.test(value)) return null;
    headers.push(name, value);
    const known = name.toLowerCase();
    if (known === "connection") said.connection += `,${value.toLowerCase()}`;
    else if (known === "transfer-encoding") said.encoding = said.encoding === null ? value.toLowerCase() : "several";
    else if (known === "content-length") {
      if (!decimal.test(value) || (said.length !== null && said.length !== value)) return null;
      said.length = value;
    }
  }
  if (said.encoding !== null && (said.encoding !== "chunked" || said.length !== null || !isLater)) return null;
  const framing = framingOf(method, status, said.encoding !== null, said.length);
  const tokens = said.connection === "" ? [] : said.connection.split(",").map((word) => word.trim());
  const keepAlive = framing.kind !== "close" && (isLater ? !tokens.includes("close") : tokens.includes("keep-alive"));
  return { status, message, headers, framing, keepAlive };
}

/** Spaces and tabs alone: other bytes that some call white are letters' parts. */
function withoutPadding(line: string, from: number): string {
  let [start, end] = [from, line.length];
  while (start < end && (line[start] === " " || line[start] === "\t")) start++;
  while (end > start && (line[end - 1] === " " || line[end - 1] === "\t")) end--;
  return line.slice(start, end);
}

function framingOf(method: string, status: number, isChunked: boolean, length: string | null): Framing {
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return { kind: "none" };
  if (isChunked) return { kind: "chunked" };
  return length === null ? { kind: "close" } : { kind: "length", bytes: Number(length) };
}
