import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EmbeddedPostgres, startPostgres } from '../../tools/embedded/postgres.ts';
import { migrateAt, queryAt } from './database.ts';
import { waitFor } from './wait-for.ts';

/** A server with the current schema, and a standby that confirms each of its commits. */
export interface PostgresPair {
  primary: EmbeddedPostgres;
  standby: EmbeddedPostgres;
  /** Deletes both. */
  remove(): Promise<void>;
}

/** Commits wait for the log: what is acknowledged must outlive the kill of a server, though not of the machine. */
const SETTINGS = { fsync: 'off' };

/** The standby begins as a copy of the files of the stopped primary. */
export async function startPair(): Promise<PostgresPair> {
  const folder = await mkdtemp(join(tmpdir(), 'vcecom-pair-'));
  await chmod(folder, 0o755);
  const dataDir = join(folder, 'primary');
  const first = await startPostgres({ dataDir, settings: SETTINGS });
  await migrateAt(first.url);
  await first.stop();
  const copy = join(folder, 'standby');
  const copied = promisify(execFile);
  await copied('cp', ['-a', first.dataDir, copy]);
  // Any content will do, but the owner has to be that of the server.
  await copied('cp', ['-a', join(copy, 'PG_VERSION'), join(copy, 'standby.signal')]);
  const awaited = { ...SETTINGS, synchronous_standby_names: '*' };
  const primary = await startPostgres({ dataDir, port: first.port, settings: awaited });
  const follows = { ...SETTINGS, primary_conninfo: `host=127.0.0.1 port=${primary.port} user=postgres` };
  const standby = await startPostgres({ dataDir: copy, settings: follows, logFile: join(folder, 'standby.log') });
  const remove = async () => {
    await Promise.all([primary.remove(), standby.remove()]);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const confirming = `select 1 from pg_stat_replication where sync_state = 'sync'`;
    await waitFor('the standby follows', async () => (await queryAt(primary.url, confirming)).length === 1);
  } catch (error) {
    await remove();
    throw error;
  }
  return { primary, standby, remove };
}

/** Makes a standby a primary; resolves when it is one. */
export const promote = (standby: EmbeddedPostgres): Promise<object[]> => queryAt(standby.url, 'select pg_promote()');
