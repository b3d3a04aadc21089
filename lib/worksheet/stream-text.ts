/**
 * What a terminal would show of a stream, as far as Jupyter follows it: a carriage return goes back to the line's begin,
 * where new text covers the old; a backspace goes back by one character of its line.
 * Lines that are over are settled at once; the last one keeps its control characters, since more may follow.
 */
export type StreamText = {
  readonly settled: string;
  readonly last: string;
  /** Length from which on the last line is made shorter; grows with it, which keeps the work linear. */
  readonly limit: number;
};

const usualLimit = 4096;

export function appendStream(stream: StreamText | null, text: string): StreamText {
  const former = stream ?? { settled: "", last: "", limit: usualLimit };
  const end = text.lastIndexOf("\n") + 1;
  if (end > 0) return shorten({ settled: former.settled + showStream(former.last + text.slice(0, end)), last: text.slice(end), limit: usualLimit });
  return shorten({ ...former, last: former.last + text });
}

/** What is before the last return is fully covered from its begin: it can be replaced by what it shows. */
function shorten(stream: StreamText): StreamText {
  if (stream.last.length <= stream.limit) return stream;
  const back = stream.last.lastIndexOf("\r");
  const last = back < 0 ? stream.last : `${showStream(stream.last.slice(0, back))}\r${stream.last.slice(back + 1)}`;
  return { settled: stream.settled, last, limit: usualLimit + 2 * last.length };
}

/** The text as a reader sees it, its returns and backspaces carried out. */
export function showStream(text: string): string {
  if (!/[\r\b]/.test(text)) return text;
  return text
    .replaceAll(/\r+\n/g, "\n")
    .split("\n")
    .map((line) => (/[\r\b]/.test(line) ? overwriteLine(line) : line))
    .join("\n");
}

function overwriteLine(line: string): string {
  const shown: string[] = [];
  let at = 0;
  for (const character of line) {
    if (character === "\r") at = 0;
    else if (character === "\b") at = Math.max(0, at - 1);
    else shown[at++] = character;
  }
  return shown.join("");
}
