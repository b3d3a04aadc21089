const maxCharacters = 2000;
/** Colours, movements and titles of terminals (ECMA-48). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const terminalSigns = /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])/g;

/** Makes lines of pieces that may end anywhere. Of a line that is written over (a bar that grows), the last state counts. */
export function createLineSplitter(onLine: (line: string) => void): { add(piece: string): void; end(): void } {
  let held = "";
  const say = (line: string): void => onLine(plain(line).slice(0, maxCharacters));
  return {
    add(piece) {
      const lines = (held + piece).split("\n");
      held = lines.pop() ?? "";
      if (held.length > 4 * maxCharacters) held = held.slice(-maxCharacters);
      for (const line of lines) say(line);
    },
    end() {
      if (held !== "") say(held);
      held = "";
    },
  };
}

function plain(line: string): string {
  const shown = line.replace(/\r+$/, "").split("\r").at(-1) ?? "";
  return shown.replace(terminalSigns, "").replace(/[^\P{Cc}\t]/gu, "");
}
