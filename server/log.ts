import pino from "pino";

export type Logger = pino.Logger;

/** Anything that lets somebody in. Redacted wherever it stands, also one level down. */
const secrets = ["password", "passwordHash", "token", "tokenHash", "key", "claimKey", "secret", "cookie", "authorization", "databaseUrl", "databasePassword"];

/** One JSON line an event, on standard error; `process` says which of the three processes speaks. */
export function createLogger(process: string, level: string): Logger {
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
    pino.destination({ dest: 2, sync: true }),
  );
}
