import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describeMachine } from "./machine.ts";

export type Section = { readonly title: string; readonly lines: readonly string[] };

/** Prints each section as it is done and, at the end, makes them the page of benchmarks. */
export function createReport() {
  const sections: Section[] = [];
  return {
    add(title: string, ...lines: string[]): void {
      sections.push({ title, lines });
      console.log(`\n## ${title}\n\n${lines.join("\n\n")}`);
    },
    /** How many aims were met, as the last line of it all. */
    sumUp(): void {
      const text = sections.flatMap(({ lines }) => lines).join("\n");
      const count = (word: string): number => text.split(`**${word}**`).length - 1;
      const unmeasured = sections.filter(({ lines }) => lines[0]?.startsWith("Not measured")).length;
      console.log(`\nAims: ${count("met")} met, ${count("missed")} missed${unmeasured > 0 ? `; not measured: ${unmeasured}` : ""}.`);
    },
    async write(): Promise<void> {
      const head = [
        "# Benchmarks",
        `Written by \`./sheaf bench\` on ${new Date().toISOString().slice(0, 10)}, all in one run on one machine: ${describeMachine()}. The load generator, the server, the database and the kernels share those cores; what is compared was measured minutes apart, so read ratios rather than times.`,
      ];
      const body = sections.map(({ title, lines }) => `## ${title}\n\n${lines.join("\n\n")}`);
      await writeFile(path.resolve(import.meta.dirname, "../docs/benchmarks.md"), `${[...head, ...body].join("\n\n")}\n`);
    },
  };
}
export type Report = ReturnType<typeof createReport>;

/** An aim beside what came out, misses told as plainly as hits. */
export function against(aim: string, met: boolean): string {
  return `${aim}: **${met ? "met" : "missed"}**`;
}
