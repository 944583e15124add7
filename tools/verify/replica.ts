import pg from 'pg';
import { hasCaughtUp } from '../../src/infra/database/connections/replica.ts';
import { queryOf } from './query.ts';

const PATIENCE_MS = 10_000;

interface Urls {
  DATABASE_URL: string;
  DATABASE_READ_URL?: string | undefined;
}

/**
 * Returns the URL of the replica if it has everything that the primary has now; otherwise that of the primary.
 * @param say receives the reason for the primary
 */
export async function chooseServer(urls: Urls, say: (line: string) => void = console.log): Promise<string> {
  const { DATABASE_URL: primaryUrl, DATABASE_READ_URL: replicaUrl } = urls;
  if (replicaUrl === undefined) return primaryUrl;
  const [primary, replica] = [openClient(primaryUrl), openClient(replicaUrl)];
  try {
    await Promise.all([primary.connect(), replica.connect()]);
    if (await hasCaughtUp(queryOf(replica), queryOf(primary), PATIENCE_MS)) return replicaUrl;
    say('the replica is behind: reading the primary');
  } catch (error) {
    say(`the replica cannot be read (${(error as Error).message}): reading the primary`);
  } finally {
    await Promise.allSettled([primary.end(), replica.end()]);
  }
  return primaryUrl;
}

function openClient(connectionString: string): pg.Client {
  const client = new pg.Client({ connectionString, application_name: 'verify' });
  client.on('error', () => undefined); // the statement that it interrupts fails as well
  return client;
}
