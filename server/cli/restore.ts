import type { Config } from "#server/config.ts";
import { openBackups } from "#server/machine.ts";
import { createTerminal } from "#server/supervisor/console.ts";
import { folderOf, orProblem } from "./back-up.ts";
import { withDatabase } from "./with-services.ts";

/** `./sheaf restore FOLDER`: one backup into an empty data folder and an empty database. Nothing is written over. */
export async function restoreByCommand(config: Config, words: { readonly folder: string | undefined; readonly backup: string | undefined }): Promise<number> {
  const kept = await openBackups();
  const terminal = createTerminal();
  const backups = kept.openBackupFolder(folderOf(words.folder));
  const manifest = await orProblem(kept.chooseBackup(backups, words.backup));
  await orProblem(kept.refuseFilledFolder(config.dataFolder));
  if (config.databaseUrl !== null) await orProblem(kept.refuseFilledDatabase(config.databaseUrl));
  await terminal.phase("Files", () => orProblem(kept.restoreFiles(backups, manifest, config.dataFolder)));
  await terminal.phase("Rows of the database", () =>
    withDatabase(config, (databaseUrl) => orProblem(kept.restoreDatabase(backups, manifest, databaseUrl)), { restoring: true }),
  );
  await kept.finishRestore(config.dataFolder);
  terminal.say(`The backup ${manifest.name} is restored into ${config.dataFolder}. Check it with: ./sheaf verify --data ${config.dataFolder}`);
  return 0;
}
