/** What git writes to its error stream under `--progress`, as phases for the person who waits. */
export type OnProgress = (phase: string, percent: number | null) => void;

const phases = [
  ["Receiving objects", "Receiving"],
  ["Unpacking objects", "Unpacking"],
  ["Resolving deltas", "Unpacking"],
  ["Checking connectivity", "Unpacking"],
] as const;

/** Takes pieces of the stream as they come and tells each whole percent once. */
export function createProgressReader(onProgress: OnProgress): (piece: string) => void {
  let rest = "";
  let told = "";
  return (piece) => {
    const lines = (rest + piece).split(/[\r\n]/);
    rest = (lines.pop() ?? "").slice(-1000);
    for (const line of lines) {
      // What the other side says about itself begins with "remote:", and could say anything.
      const phase = phases.find(([words]) => line.startsWith(words))?.[1];
      const percent = /:\s+(\d{1,3})% \(/.exec(line)?.[1];
      if (!phase || `${phase} ${percent}` === told) continue;
      told = `${phase} ${percent}`;
      onProgress(phase, percent === undefined ? null : Math.min(100, Number(percent)));
    }
  };
}
