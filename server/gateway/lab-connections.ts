import type { LabId, SessionId } from "#lib/domain/ids.ts";

export type LabConnection = {
  readonly labId: LabId;
  readonly sessionId: SessionId;
  readonly kind: "request" | "socket";
  /** Ends it now, whatever it does. */
  readonly cut: () => void;
};

export type LabConnections = {
  /** Answers how to leave again; null where there are too many already. */
  enter(connection: LabConnection): (() => void) | null;
  cut(which: (connection: LabConnection) => boolean): number;
  /** The sign-ins that something open hangs on. */
  sessions(): ReadonlySet<SessionId>;
  has(labId: LabId): boolean;
};

/** A lab's page holds a socket for each kernel and terminal; far more is a program that has gone wild. */
const atMost = { request: { lab: 512, all: 8192 }, socket: { lab: 256, all: 8192 } } as const;

/** What goes on with labs right now, so that it can be bounded and be cut at once. */
export function createLabConnections(bounds: Readonly<Record<LabConnection["kind"], { readonly lab: number; readonly all: number }>> = atMost): LabConnections {
  const byLab = new Map<LabId, Set<LabConnection>>();
  const all = { request: 0, socket: 0 };
  return {
    enter(connection) {
      const { kind, labId } = connection;
      const ofLab = byLab.get(labId) ?? new Set();
      const same = kind === "request" && ofLab.size < bounds.request.lab ? 0 : countOf(ofLab, kind);
      if (all[kind] >= bounds[kind].all || same >= bounds[kind].lab) return null;
      all[kind]++;
      ofLab.add(connection);
      byLab.set(labId, ofLab);
      return () => {
        if (!ofLab.delete(connection)) return;
        all[kind]--;
        if (ofLab.size === 0 && byLab.get(labId) === ofLab) byLab.delete(labId);
      };
    },
    cut(which) {
      const chosen = [...byLab.values()].flatMap((ofLab) => [...ofLab].filter(which));
      for (const connection of chosen) connection.cut();
      return chosen.length;
    },
    sessions: () => new Set([...byLab.values()].flatMap((ofLab) => [...ofLab].map(({ sessionId }) => sessionId))),
    has: (labId) => byLab.has(labId),
  };
}

function countOf(connections: ReadonlySet<LabConnection>, kind: LabConnection["kind"]): number {
  let count = 0;
  for (const one of connections) if (one.kind === kind) count++;
  return count;
}
