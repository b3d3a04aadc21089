/** A colour of the terminal's sixteen, by number, so that the page's theme decides; or an exact one as "#rrggbb". */
export type AnsiColor = number | `#${string}`;
export type AnsiSpan = {
  readonly text: string;
  readonly bold?: true;
  readonly italic?: true;
  readonly underline?: true;
  readonly inverse?: true;
  readonly foreground?: AnsiColor;
  readonly background?: AnsiColor;
};
type Style = Omit<AnsiSpan, "text">;

/** Hostile output may change its colour at each letter; after so many changes the rest stays as it is. */
const maxSpans = 5000;

/*
 * Alternatives, each of which fails or ends at the next escape, so that matching is linear: colours, other control
 * sequences, operating system commands (titles, links, clipboard), other strings, single escapes, control characters.
 */
const sequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
  /(?:\x1b\[|\x9b)([0-9;:]*)m|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Text with a terminal's escape sequences as styled spans: colours, bold, italic, underline, inverse. All others vanish. */
export function ansiSpans(text: string): readonly AnsiSpan[] {
  const spans: AnsiSpan[] = [];
  let style: Style = {};
  let pending = "";
  let pendingStyle: Style = {};
  let at = 0;
  const take = (piece: string) => {
    if (piece === "") return;
    if (pending !== "" && (spans.length >= maxSpans || sameStyle(pendingStyle, style))) pending += piece;
    else {
      if (pending !== "") spans.push({ text: pending, ...pendingStyle });
      pending = piece;
      pendingStyle = style;
    }
  };
  for (const match of text.matchAll(sequences)) {
    take(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[1] !== undefined) style = applyCodes(style, match[1]);
  }
  take(text.slice(at));
  if (pending !== "") spans.push({ text: pending, ...pendingStyle });
  return spans;
}

function sameStyle(a: Style, b: Style): boolean {
  return (
    a.bold === b.bold &&
    a.italic === b.italic &&
    a.underline === b.underline &&
    a.inverse === b.inverse &&
    a.foreground === b.foreground &&
    a.background === b.background
  );
}

/** What a code turns on or off; 0 turns everything off. */
const switches: Readonly<Record<number, (style: Style) => Style>> = {
  0: () => ({}),
  1: (style) => ({ ...style, bold: true }),
  3: (style) => ({ ...style, italic: true }),
  4: (style) => ({ ...style, underline: true }),
  7: (style) => ({ ...style, inverse: true }),
  22: ({ bold, ...rest }) => rest,
  23: ({ italic, ...rest }) => rest,
  24: ({ underline, ...rest }) => rest,
  27: ({ inverse, ...rest }) => rest,
  39: ({ foreground, ...rest }) => rest,
  49: ({ background, ...rest }) => rest,
};

function applyCodes(former: Style, text: string): Style {
  let style = former;
  const codes = text.slice(0, 200).split(/[;:]/).map(Number);
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const [color, used] = extendedColor(codes.slice(at + 1));
      at += used;
      if (color !== null) style = { ...style, [code === 38 ? "foreground" : "background"]: color };
    } else if (code >= 30 && code <= 37) style = { ...style, foreground: code - 30 };
    else if (code >= 40 && code <= 47) style = { ...style, background: code - 40 };
    else if (code >= 90 && code <= 97) style = { ...style, foreground: code - 82 };
    else if (code >= 100 && code <= 107) style = { ...style, background: code - 92 };
    else style = switches[code]?.(style) ?? style;
  }
  return style;
}

/** `5;n` of 256 colours, `2;r;g;b`; answers the colour and how many codes it took. */
function extendedColor(codes: readonly number[]): readonly [AnsiColor | null, number] {
  const [kind, first = 0, green = 0, blue = 0] = codes;
  if (kind === 2) return [[first, green, blue].every(isByte) ? hexColor(first, green, blue) : null, 4];
  if (kind !== 5) return [null, 1];
  return [isByte(first) ? paletteColor(first) : null, 2];
}

function paletteColor(number: number): AnsiColor {
  if (number < 16) return number;
  if (number >= 232) {
    const gray = 8 + (number - 232) * 10;
    return hexColor(gray, gray, gray);
  }
  const level = (place: number) => (place === 0 ? 0 : 55 + place * 40);
  const cube = number - 16;
  return hexColor(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}

function hexColor(red: number, green: number, blue: number): `#${string}` {
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
