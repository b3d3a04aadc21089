import { asc, eq } from "drizzle-orm";
import { areas } from "#drizzle/schema/index.ts";
import type { Queryable } from "./connect.ts";

export type Area = typeof areas.$inferSelect;

export function areaQueries({ db }: Queryable) {
  return {
    async listAreas(): Promise<Area[]> {
      return db.select().from(areas).orderBy(asc(areas.position), asc(areas.title));
    },

    async findArea(slug: string): Promise<Area | null> {
      const [area] = await db.select().from(areas).where(eq(areas.slug, slug));
      return area ?? null;
    },
  };
}
