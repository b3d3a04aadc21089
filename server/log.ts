import pino from "pino";

export type Logger = pino.Logger;

/** Anything that lets somebody in. Redacted wherever it stands, also one level down. */
const secrets = ["password", "passwordHash", "token", "tokenHash", "key", "claimKey", "secret", "cookie", "authorization", "databaseUrl", "databasePassword"];

/** One JSON line an event, on standard error (or to `writeLine`); `process` says which of the processes speaks. */
export function createLogger(process: string, level: string, writeLine?: (line: string) => void): Logger {
  return pino(
    {
      level,
      base: { process },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: [...secrets, ...secrets.map((name) => `*.${name}`), ...secrets.map((name) => `*.headers.${name}`), ...secrets.map((name) => `headers.${name}`)],
        censor: "[redacted]",
      },
    },
    writeLine ? { write: (line: string) => writeLine(line.trimEnd()) } : pino.destination({ dest: 2, sync: true }),
  );
}
