import { styleText } from "node:util";

/** What the person at the terminal reads: phases with the time they took, and what needs attention. */
export type Terminal = {
  /** Tells a phase and, when it is over, how long it took. */
  phase<T>(name: string, work: () => Promise<T>): Promise<T>;
  say(text: string): void;
  warn(text: string): void;
};

export function createTerminal(out: NodeJS.WriteStream = process.stdout): Terminal {
  // Where a phase stands unfinished at the end of the last line.
  let open: string | null = null;
  const line = (text: string) => {
    if (open !== null) out.write("\n");
    open = null;
    out.write(`${text}\n`);
  };
  return {
    async phase(name, work) {
      const began = performance.now();
      if (open !== null) out.write("\n");
      open = name;
      out.write(`${name} … `);
      const took = () => `${((performance.now() - began) / 1000).toFixed(1)} s`;
      const end = (result: string) => {
        if (open === name) out.write(`${result}\n`);
        else line(`${name} … ${result}`);
        if (open === name) open = null;
      };
      try {
        const value = await work();
        end(took());
        return value;
      } catch (error) {
        end(`failed after ${took()}`);
        throw error;
      }
    },
    say: line,
    warn: (text) => line(out.isTTY ? styleText("yellow", text) : text),
  };
}
