import { and, eq, gt, isNull, lt } from "drizzle-orm";
import { labTickets } from "#drizzle/schema/index.ts";
import type { Queryable } from "./connect.ts";

export type LabTicket = typeof labTickets.$inferSelect;

export function labTicketQueries({ db }: Queryable) {
  return {
    async insertLabTicket(ticket: Pick<LabTicket, "ticketHash" | "labId" | "userId" | "sessionId" | "expiresAt">): Promise<void> {
      await db.insert(labTickets).values(ticket);
    },

    /** The ticket, to the first who shows it in time; null to everybody after. */
    async redeemLabTicket(ticketHash: string, now: Date): Promise<LabTicket | null> {
      const [redeemed] = await db
        .update(labTickets)
        .set({ usedAt: now })
        .where(and(eq(labTickets.ticketHash, ticketHash), isNull(labTickets.usedAt), gt(labTickets.expiresAt, now)))
        .returning();
      return redeemed ?? null;
    },

    /** Used or not: after its minute a ticket is of no use to anybody. */
    async removeLabTicketsBefore(before: Date): Promise<void> {
      await db.delete(labTickets).where(lt(labTickets.expiresAt, before));
    },
  };
}
