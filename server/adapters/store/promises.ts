import { sql } from "drizzle-orm";
import type { CommitId, RepositoryId, RunId, UserId } from "#lib/domain/ids.ts";
import type { RunFile } from "#lib/domain/run.ts";
import type { Queryable } from "./connect.ts";

export type PromisedRepository = { readonly project: string; readonly repositoryId: RepositoryId | null; readonly commits: readonly CommitId[] };
export type PromisedRun = {
  readonly id: RunId;
  readonly ownerId: UserId | null;
  readonly worksheetSlug: string;
  readonly queuedAt: string;
  readonly files: readonly RunFile[];
};

/** What rows promise of things that are no rows, and of each other: for whoever checks a copy. */
export function promiseQueries({ db }: Queryable) {
  return {
    /** Every project that is there, with the commits that its worksheets and working copies were made from; in the order of ids. */
    async listPromisedRepositories(after: string, limit: number): Promise<(PromisedRepository & { id: string })[]> {
      return db.execute<PromisedRepository & { id: string }>(sql`
        select p.id, p.slug as project, p.repository_id as "repositoryId",
          array(select distinct v.commit from worksheet_versions v join worksheets w on w.id = v.worksheet_id where w.project_id = p.id
                union select base_commit from working_copies where project_id = p.id and base_commit is not null) as commits
        from projects p where p.state = 'ready' and p.id > ${after} order by p.id limit ${limit}`);
    },

    /** Finished runs that keep files of their own; in the order of ids. */
    async listPromisedRuns(after: string, limit: number): Promise<PromisedRun[]> {
      return db.execute<PromisedRun>(sql`
        select r.id, r.owner_id as "ownerId", w.slug as "worksheetSlug", r.queued_at as "queuedAt", r.record -> 'files' as files
        from runs r join worksheets w on w.id = r.worksheet_id
        where r.id > ${after} and r.cached_from_id is null and jsonb_array_length(coalesce(r.record -> 'files', '[]')) > 0
        order by r.id limit ${limit}`);
    },

    /** Rows that contradict themselves or each other, each with a sentence. */
    async listBrokenRows(): Promise<string[]> {
      const rows = await db.execute<{ problem: string }>(sql`
        select 'The picture ' || digest || ' has another content.' as problem from blobs
          where digest <> 'sha256:' || encode(sha256(bytes), 'hex') or size <> octet_length(bytes)
        union all select 'The upload ' || id || ' has another content.' from uploads
          where digest <> 'sha256:' || encode(sha256(bytes), 'hex') or size <> octet_length(bytes)
        union all select 'The worksheet ' || slug || ' names a picture that is not there.' from worksheets
          where thumbnail ->> 'digest' is not null and not exists (select 1 from blobs where digest = thumbnail ->> 'digest')
        union all select 'The worksheet ' || slug || ' names a version that is not there.' from worksheets w
          where current_version_id is not null and not exists (select 1 from worksheet_versions v where v.id = w.current_version_id and v.worksheet_id = w.id)
        union all select 'The version ' || id || ' names a result that is not there.' from worksheet_versions v
          where result_run_id is not null and not exists (select 1 from runs where runs.id = v.result_run_id)
        union all select 'The project ' || slug || ' has no repository.' from projects where state = 'ready' and repository_id is null
        union all select 'Two projects have the repository ' || repository_id || '.' from projects
          where repository_id is not null group by repository_id having count(*) > 1
        limit 1000`);
      return rows.map(({ problem }) => problem);
    },
  };
}
