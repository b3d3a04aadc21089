"use client";
import { useQuery } from "@tanstack/react-query";
import { api } from "#components/api.ts";
import type { MeView } from "#lib/domain/me.ts";
import { routes } from "#lib/routes.ts";

/** Who reads this page: fetched after, because the page itself may be the same for everybody. */
export function useMe() {
  return useQuery({
    queryKey: ["me"],
    queryFn: async ({ signal }): Promise<MeView | null> => {
      const answer = await api<MeView>("GET", routes.api.me(), undefined, signal);
      return answer.ok ? answer.value : null;
    },
    refetchInterval: (query) => (query.state.data && query.state.data.running > 0 ? 5000 : false),
  });
}
