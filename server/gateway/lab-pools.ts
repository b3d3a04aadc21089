import { isDeepStrictEqual } from "node:util";
import { Pool } from "undici";
import type { LabId } from "#lib/domain/ids.ts";
import type { LabTarget } from "#server/ports/store.ts";
import { createLabLines, type LabLines } from "./lab-lines.ts";
import type { Destination } from "./pass-on.ts";

export type ServedLab = LabTarget & { readonly address: NonNullable<LabTarget["address"]> };

type Connections = { readonly pool: Pool; readonly lines: LabLines };

export type LabPools = {
  of(lab: ServedLab): Destination;
  /** Whether what is open leads to the process that the row speaks of; true as well where nothing was opened. */
  isSame(lab: LabTarget): boolean;
  drop(id: LabId): void;
  close(): Promise<void>;
};

// Jupyter may take its time (a large download, a stream): silence is no fault.
const settings = { connections: 64, bodyTimeout: 0, headersTimeout: 600_000, keepAliveTimeout: 20_000, maxHeaderSize: 65_536 };

/** Connections to a lab are kept for as long as it is the same process behind the same address. */
export function createLabPools(): LabPools {
  const pools = new Map<LabId, { readonly lab: LabTarget; readonly to: Connections }>();
  const drop = (id: LabId) => {
    const known = pools.get(id);
    pools.delete(id);
    if (known) void closeAll(known.to);
  };
  return {
    of(lab) {
      const known = pools.get(lab.id);
      if (known && isSameProcess(known.lab, lab)) return known.to;
      drop(lab.id);
      const { address } = lab;
      const to =
        address.kind === "socket"
          ? { pool: new Pool("http://lab", { ...settings, socketPath: address.path }), lines: createLabLines({ path: address.path }) }
          : { pool: new Pool(`http://${address.host}:${address.port}`, settings), lines: createLabLines({ host: address.host, port: address.port }) };
      pools.set(lab.id, { lab, to });
      return to;
    },
    isSame: (lab) => isSameProcess(pools.get(lab.id)?.lab ?? lab, lab),
    drop,
    async close() {
      await Promise.all([...pools.values()].map(({ to }) => closeAll(to)));
      pools.clear();
    },
  };
}

async function closeAll({ pool, lines }: Connections): Promise<void> {
  lines.close();
  await pool.destroy().catch(() => {});
}

function isSameProcess(one: LabTarget, other: LabTarget): boolean {
  return one.generation === other.generation && (one.address === other.address || isDeepStrictEqual(one.address, other.address));
}
