import postgres from "postgres";

/**
 * Fills the library with copies of what is published, row by row as publishing would leave them, until it holds `size`
 * public worksheets. Lists, searches and pages can then be tried at a size that nobody would publish by hand.
 */
export async function growLibrary(databaseUrl: string, size: number): Promise<number> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const existing = await countPublic(sql);
    const wanted = Math.max(0, size - existing);
    if (wanted > 0) await insertCopies(sql, wanted);
    await sql`update areas set public_worksheets = (select count(*) from worksheets w where w.area_slug = areas.slug and w.visibility = 'public' and w.unpublished_at is null and w.current_version_id is not null)`;
    await sql`update projects set public_worksheets = (select count(*) from worksheets w where w.project_id = projects.id and w.visibility = 'public' and w.unpublished_at is null and w.current_version_id is not null)`;
    await sql`analyze worksheets`;
    await sql`analyze worksheet_versions`;
    await sql`select pg_notify('gallery_changed', slug) from (select slug from worksheets order by published_at desc limit 1) w`;
    return await countPublic(sql);
  } finally {
    await sql.end();
  }
}

async function countPublic(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from worksheets where visibility = 'public' and current_version_id is not null`;
  return row?.count ?? 0;
}

/** Hexadecimal digits are part of the ids' alphabet, so a cut md5 makes a well-formed id. */
async function insertCopies(sql: postgres.Sql, wanted: number): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`
      create temporary table copies on commit drop as
      with sources as (select *, row_number() over (order by slug) - 1 as place, count(*) over () as total from worksheets
        where visibility = 'public' and current_version_id is not null and slug not like '%-copy-%'),
      numbers as (select n, substr(md5('copy' || n), 1, 26) as tail from generate_series(1, ${wanted}::int) n)
      select n, tail, s.id as source_id from numbers join sources s on s.place = n % s.total`;
    await tx`
      insert into worksheet_versions (id, worksheet_id, commit, notebook_path, compiled, environment_name, environment_digest, result_run_id, created_at)
      select 've_' || c.tail, w.id, v.commit, v.notebook_path, v.compiled, v.environment_name, v.environment_digest, v.result_run_id, v.created_at
      from copies c join worksheets w on w.id = c.source_id join worksheet_versions v on v.id = w.current_version_id`;
    await tx`
      insert into worksheets (id, slug, project_id, notebook_path, title, summary, area_slug, tags, language, visibility, official, author_name,
        data_sources, current_version_id, thumbnail, result_at, published_at, search_text)
      select 'ws_' || c.tail, w.slug || '-copy-' || c.n, w.project_id, 'copies/' || c.n || '.ipynb', w.title || ' ' || c.n, w.summary, w.area_slug, w.tags,
        w.language, w.visibility, false, w.author_name, w.data_sources, 've_' || c.tail, w.thumbnail, w.result_at, w.published_at - make_interval(secs => c.n), w.search_text
      from copies c join worksheets w on w.id = c.source_id`;
    await tx`update worksheet_versions v set worksheet_id = 'ws_' || c.tail from copies c where v.id = 've_' || c.tail`;
  });
}
