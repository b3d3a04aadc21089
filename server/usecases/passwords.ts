import { hash, verify } from "@node-rs/argon2";

/** argon2id with the parameters that OWASP advises (19 MiB, 2 passes): about 30 ms of one core. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const passwordLength = { min: 10, max: 200 };

export function hashPassword(password: string): Promise<string> {
  return hash(password, cost);
}

/** For a name nobody has it takes as long: otherwise the time would tell which names exist. */
export async function passwordMatches(passwordHash: string | null, password: string): Promise<boolean> {
  unknownHash ??= hashPassword("nobody has this password");
  const matches = await verify(passwordHash ?? (await unknownHash), password);
  return matches && passwordHash !== null;
}

let unknownHash: Promise<string> | undefined;

export function passwordProblem(password: string, username: string): string | null {
  if (password.length < passwordLength.min) return `Use at least ${passwordLength.min} characters.`;
  if (password.length > passwordLength.max) return `Use at most ${passwordLength.max} characters.`;
  if (password.toLowerCase().includes(username.toLowerCase())) return "The password may not hold your name.";
  return new Set(password).size < 4 ? "This password is too easy to guess." : null;
}
