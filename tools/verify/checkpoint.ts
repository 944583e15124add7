import pg from 'pg';
import { type Beginning, beginCheck, type Ending, endCheck } from '../../src/entities/verification/checkpoint.ts';
import { queryOf } from './query.ts';

/** A role without the privilege to write, or a server that is a standby. */
const READ_ONLY = ['42501', '25006'];

/** The checkpoint on the primary, which one check reads and stores. */
export interface Checkpoint extends Beginning {
  store(ending: Omit<Ending, 'at'>): Promise<void>;
}

/** Opens the checkpoint on the primary. @returns null if the check cannot store one: then it checks everything */
export async function openCheckpoint(primaryUrl: string): Promise<Checkpoint | null> {
  try {
    const beginning = await onPrimary(primaryUrl, (client) => beginCheck(queryOf(client)));
    return (
      beginning && {
        ...beginning,
        store: (ending) =>
          onPrimary(primaryUrl, async (client) => {
            await client.query('begin');
            await endCheck(queryOf(client), { at: beginning.at, ...ending });
            await client.query('commit');
          }),
      }
    );
  } catch (error) {
    if (READ_ONLY.includes(String(Reflect.get(Object(error), 'code')))) return null;
    throw error;
  }
}

async function onPrimary<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, application_name: 'verify' });
  await client.connect();
  return work(client).finally(() => client.end());
}
