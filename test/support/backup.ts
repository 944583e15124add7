import { execFile } from 'node:child_process';
import { chmod, chown, copyFile, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type EmbeddedPostgres, startPostgres } from '../../tools/embedded/postgres.ts';
import { queryAt } from './database.ts';
import { waitFor } from './wait-for.ts';

/** Where the backups of one server are: a base backup, and the log from then on. */
export interface BackupFolder {
  base: string;
  label: string;
  wal: string;
}

const run = promisify(execFile);
/** Replaying the log of a test takes seconds. */
const RESTORED_WITHIN_MS = 60_000;

/** Makes the folder. The server, which may run as another user, writes to it. */
export async function makeBackupFolder(folder: string): Promise<BackupFolder> {
  const wal = join(folder, 'wal');
  await mkdir(wal, { recursive: true });
  for (const path of [folder, wal]) await chmod(path, 0o777);
  return { wal, base: join(folder, 'base.tar'), label: join(folder, 'backup_label') };
}

/** The settings with which a server archives its log, as docs/runbook.md has them. */
export const archiving = ({ wal }: BackupFolder): Record<string, string> => ({
  archive_mode: 'on',
  archive_command: `test ! -f ${wal}/%f && cp %p ${wal}/%f.part && mv ${wal}/%f.part ${wal}/%f`,
  archive_timeout: '60',
});

/** Copies the files of a running server, as pg_basebackup does. */
export async function backUp({ url, dataDir }: EmbeddedPostgres, { base, label }: BackupFolder): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`select pg_backup_start('base', fast => true)`);
    const without = ['--exclude=./pg_wal/*', '--exclude=./postmaster.pid', '--exclude=./postmaster.opts'];
    // 1: a file changed while it was read; the log makes up for it.
    await run('tar', ['-C', dataDir, ...without, '-cf', base, '.']).catch((error: { code?: unknown }) => {
      if (error.code !== 1) throw error;
    });
    const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop()');
    await writeFile(label, rows[0]?.labelfile ?? '');
  } finally {
    await client.end();
  }
}

/** Resolves when all that the server has written so far is in the archive. */
export async function archiveLog({ url }: Pick<EmbeddedPostgres, 'url'>): Promise<void> {
  const [file] = await queryAt<{ name: string }>(url, 'select pg_walfile_name(pg_switch_wal()) as name');
  const isArchived = 'select last_archived_wal >= $1 as is from pg_stat_archiver';
  await waitFor(
    'the log is archived',
    async () => (await queryAt<{ is: boolean }>(url, isArchived, [file?.name]))[0]?.is,
  );
}

/** Restores the data folder of a lost server to an instant, and starts it on its port. */
export async function restore(
  { dataDir, port }: EmbeddedPostgres,
  backup: BackupFolder,
  { until, settings }: { until: string; settings: Record<string, string> },
): Promise<EmbeddedPostgres> {
  await mkdir(dataDir);
  await run('tar', ['-C', dataDir, '-xpf', backup.base]);
  const { uid, gid } = await stat(join(dataDir, 'PG_VERSION'));
  await copyFile(backup.label, join(dataDir, 'backup_label'));
  await writeFile(join(dataDir, 'recovery.signal'), '');
  for (const name of ['backup_label', 'recovery.signal']) await chown(join(dataDir, name), uid, gid);
  const recovery = {
    restore_command: `cp ${backup.wal}/%f %p`,
    recovery_target_time: until,
    recovery_target_action: 'promote',
  };
  const server = await startPostgres({ dataDir, port, settings: { ...settings, ...recovery } });
  const isOpen = async () =>
    (await queryAt<{ is: boolean }>(server.url, 'select not pg_is_in_recovery() as is'))[0]?.is;
  await waitFor('the server takes writes', isOpen, RESTORED_WITHIN_MS);
  return server;
}
