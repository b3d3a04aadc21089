export const partNames = ["database", "web", "engine", "kernels", "gateway"] as const;
export type PartName = (typeof partNames)[number];
export type PartState = "starting" | "ready" | "restarting" | "degraded" | "down";
export type PartHealth = {
  readonly state: PartState;
  /** When it came into this state, ISO 8601. */
  readonly since: string;
  readonly restarts?: number;
  readonly detail?: string;
};

export type Health = {
  readonly status: "ready" | "degraded" | "down";
  /** The front door answers. */
  readonly live: boolean;
  /** Pages can be read. */
  readonly ready: boolean;
  readonly parts: Readonly<Partial<Record<PartName, PartHealth>>>;
};

const neededForPages: readonly PartName[] = ["database", "web"];

/** Without pages or database the house is down; without anything else it is degraded: people can still read. */
export function summarizeHealth(parts: Health["parts"]): Health {
  const isReady = (name: PartName) => parts[name] === undefined || parts[name].state === "ready";
  const ready = neededForPages.every((name) => parts[name]?.state === "ready" || parts[name]?.state === "degraded");
  const whole = partNames.every(isReady);
  return { status: ready ? (whole ? "ready" : "degraded") : "down", live: true, ready, parts };
}

/** What a child tells the supervisor, and the supervisor the gateway. */
export type ChildMessage =
  | { readonly type: "ready" }
  /** A process speaks of parts it alone can see: the engine of "kernels". */
  | { readonly type: "health"; readonly parts: Health["parts"] };
