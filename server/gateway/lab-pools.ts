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
  const pools = new Map<LabId, { readonly key: string; readonly pool: Pool }>();
  const keyOf = (lab: LabTarget) => JSON.stringify([lab.address, lab.generation]);
  const drop = (id: LabId) => {
    const known = pools.get(id);
    pools.delete(id);
    void known?.pool.destroy().catch(() => {});
  };
  return {
    of(lab) {
      const known = pools.get(lab.id);
      const key = keyOf(lab);
      if (known?.key === key) return known.pool;
      drop(lab.id);
      const { address } = lab;
      const pool =
        address.kind === "socket"
          ? new Pool("http://lab", { ...settings, socketPath: address.path })
          : new Pool(`http://${address.host}:${address.port}`, settings);
      pools.set(lab.id, { key, pool });
      return pool;
    },
    isSame: (lab) => (pools.get(lab.id)?.key ?? keyOf(lab)) === keyOf(lab),
    drop,
    async close() {
      await Promise.all([...pools.values()].map(({ pool }) => pool.destroy().catch(() => {})));
      pools.clear();
    },
  };
}
