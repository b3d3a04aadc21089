import path from "node:path";
import type { Config } from "#server/config.ts";
import { openBackups } from "#server/machine.ts";
import { createTerminal } from "#server/supervisor/console.ts";
import { DataFolderInUse, lockDataFolder } from "#server/supervisor/data-lock.ts";
import { CommandProblem } from "./command-problem.ts";
import { withDatabase } from "./with-services.ts";

export type BackUpWords = {
  readonly folder: string | undefined;
  readonly verify: boolean;
  readonly keep: string | undefined;
  readonly backup: string | undefined;
};

/** `./sheaf backup FOLDER`: one more backup in the folder, whether the server runs or not; with --verify reads one instead. */
export async function backUpByCommand(config: Config, words: BackUpWords): Promise<number> {
  const folder = folderOf(words.folder);
  if (words.verify) return checkByCommand(folder, words.backup);
  const keep = words.keep === undefined ? null : Number(words.keep);
  if (keep !== null && (!Number.isInteger(keep) || keep < 1)) throw new CommandProblem("Say how many backups to keep: --keep 7");
  if (isWithin(folder, config.dataFolder)) throw new CommandProblem(`${folder} is in the data folder: a backup belongs elsewhere, best on another disk.`);
  const { backUp, openBackupFolder } = await openBackups();
  const backups = openBackupFolder(folder);
  await backups.make();
  const lock = await lockDataFolder(folder, `a backup, process ${process.pid}`).catch((error: unknown) => {
    throw error instanceof DataFolderInUse ? new CommandProblem(`Another backup is being written into ${folder}.`) : error;
  });
  try {
    const terminal = createTerminal();
    const manifest = await withDatabase(config, (databaseUrl) =>
      backUp({ dataFolder: config.dataFolder, databaseUrl, into: folder, onPhase: (text) => terminal.say(`${text} …`) }),
    );
    const rows = manifest.database.tables.reduce((sum, table) => sum + table.rows, 0);
    terminal.say(`The backup ${manifest.name} is whole: ${rows} rows, ${manifest.files.entries} files and folders (${megabytes(manifest.files.bytes)}).`);
    for (const { path: place, why } of manifest.leftOut) terminal.warn(`Left out, since it cannot be read (${why}): ${place}`);
    if (keep !== null)
      terminal.say(`Of older backups ${await orProblem(backups.prune(keep))} contents were removed; ${(await backups.names()).length} backups are kept.`);
    return manifest.leftOut.length === 0 ? 0 : 1;
  } finally {
    lock.release();
  }
}

async function checkByCommand(folder: string, name: string | undefined): Promise<number> {
  const { checkBackup, chooseBackup, openBackupFolder } = await openBackups();
  const backups = openBackupFolder(folder);
  const manifest = await orProblem(chooseBackup(backups, name));
  const problems = await checkBackup(backups, manifest);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) console.error("Remove what is damaged: the next backup keeps it anew where it is still there.");
  console.log(problems.length === 0 ? `The backup ${manifest.name} is whole.` : `The backup ${manifest.name} is damaged in ${problems.length} places.`);
  return problems.length === 0 ? 0 : 1;
}

/** What is the operator's to mend is told without a stack. */
export async function orProblem<T>(work: Promise<T>): Promise<T> {
  const { BackupDamaged, RestoreRefused } = await openBackups();
  return work.catch((error: unknown) => {
    throw error instanceof BackupDamaged || error instanceof RestoreRefused ? new CommandProblem(error.message) : error;
  });
}

export function folderOf(word: string | undefined): string {
  if (!word) throw new CommandProblem("Say which folder of backups: ./sheaf backup FOLDER");
  return path.resolve(word);
}

function isWithin(folder: string, other: string): boolean {
  const relative = path.relative(other, folder);
  return relative === "" || (!relative.startsWith("..") && !path.isAbsolute(relative));
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
