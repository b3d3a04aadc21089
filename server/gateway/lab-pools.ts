import { isDeepStrictEqual } from "node:util";
import { Pool } from "undici";
import type { LabId } from "#lib/domain/ids.ts";
import type { LabTarget } from "#server/ports/store.ts";

export type ServedLab = LabTarget & { readonly address: NonNullable<LabTarget["address"]> };

export type LabPools = {
  of(lab: ServedLab): Pool;
  /** Whether what is open leads to the process that the row speaks of; true as well where nothing was opened. */
  isSame(lab: LabTarget): boolean;
  drop(id: LabId): void;
  close(): Promise<void>;
};

// Jupyter may take its time (a large download, a stream): silence is no fault.
const settings = { connections: 64, bodyTimeout: 0, headersTimeout: 600_000, keepAliveTimeout: 20_000, maxHeaderSize: 65_536 };

/** Connections to a lab are kept for as long as it is the same process behind the same address. */
export function createLabPools(): LabPools {
  const pools = new Map<LabId, { readonly lab: LabTarget; readonly pool: Pool }>();
  const drop = (id: LabId) => {
    const known = pools.get(id);
    pools.delete(id);
    void known?.pool.destroy().catch(() => {});
  };
  return {
    of(lab) {
      const known = pools.get(lab.id);
      if (known && isSameProcess(known.lab, lab)) return known.pool;
      drop(lab.id);
      const { address } = lab;
      const pool =
        address.kind === "socket"
          ? new Pool("http://lab", { ...settings, socketPath: address.path })
          : new Pool(`http://${address.host}:${address.port}`, settings);
      pools.set(lab.id, { lab, pool });
      return pool;
    },
    isSame: (lab) => isSameProcess(pools.get(lab.id)?.lab ?? lab, lab),
    drop,
    async close() {
      await Promise.all([...pools.values()].map(({ pool }) => pool.destroy().catch(() => {})));
      pools.clear();
    },
  };
}

function isSameProcess(one: LabTarget, other: LabTarget): boolean {
  return one.generation === other.generation && (one.address === other.address || isDeepStrictEqual(one.address, other.address));
}
