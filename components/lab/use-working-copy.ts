"use client";
import { useQuery } from "@tanstack/react-query";
import { api } from "#components/api.ts";
import type { WorkingCopyView } from "#lib/domain/project.ts";
import { routes } from "#lib/routes.ts";

/** How one's files differ from the last version; looked at again every few seconds, since programs in the lab write too. */
export function useWorkingCopy(projectId: string, isOn: boolean) {
  return useQuery({
    queryKey: ["working-copy", projectId],
    queryFn: async ({ signal }): Promise<WorkingCopyView> => {
      const answer = await api<WorkingCopyView>("GET", routes.api.projectWorkingCopy(projectId), undefined, signal);
      if (!answer.ok) throw new Error(answer.problem.detail);
      return answer.value;
    },
    enabled: isOn,
    refetchInterval: 8000,
  });
}
