import type { Terminal } from "./console.ts";
import { type LogFile, openLogFile } from "./log-files.ts";

export type ProcessLogs = { write(name: string, line: string): void; close(): void };

const warning = 40;

/** Every line of every process goes to its file in `folder`; what needs attention also to the terminal. */
export function openProcessLogs(folder: string, terminal: Terminal): ProcessLogs {
  const files = new Map<string, LogFile>();
  return {
    write(name, line) {
      const file = files.get(name) ?? openLogFile(folder, name);
      files.set(name, file);
      file.writeLine(line);
      const attention = readWarning(line);
      if (attention) terminal.warn(`${name}: ${attention}`);
    },
    close() {
      for (const file of files.values()) file.close();
      files.clear();
    },
  };
}

function readWarning(line: string): string | null {
  if (!line.startsWith("{")) return null;
  try {
    const { level, msg, err } = JSON.parse(line) as { level?: number; msg?: string; err?: { message?: string } };
    if (level === undefined || level < warning) return null;
    return [msg, err?.message].filter((part) => part !== undefined).join(": ");
  } catch {
    return null;
  }
}
