import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import type { Secrets } from './secrets.ts';

/** Something that was found where it does not belong. */
export interface Leak {
  what: string;
  where: string;
  /** The line, the key or the value that it stands in. */
  seen: string;
}

/** Where one may stand in clear, and why. Everything else is a leak. */
const IN_CLEAR: Readonly<Record<string, string>> = {
  'payment_attempts.method':
    'the worker confirms the payment with it; without our key at the provider it is worth nothing',
  'payments.client_secret': "the customer's own client pays with it at the provider",
};

const LONGEST_SEEN = 300;

const leak = (what: string, where: string, seen: string): Leak => ({ what, where, seen: seen.slice(0, LONGEST_SEEN) });

/** Looks through every file of a folder, line by line. */
export async function leaksInFiles(folder: string, secrets: Secrets): Promise<Leak[]> {
  const found: Leak[] = [];
  for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    for await (const line of createInterface({ input: createReadStream(join(file.parentPath, file.name)) })) {
      found.push(...secrets.in(line).map((what) => leak(what, file.name, line)));
    }
  }
  return found;
}

type Query = <R extends object>(sql: string, params?: unknown[]) => Promise<R[]>;

/** Looks through every row of every table and view that is not PostgreSQL's own. */
export async function leaksInTables(query: Query, secrets: Secrets): Promise<Leak[]> {
  const tables = await query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c
      where c.relkind in ('r', 'm', 'v') and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
        and not c.relnamespace::regnamespace::text ~ '^pg_'`,
  );
  const found: Leak[] = [];
  for (const { name } of tables) {
    const rows = await query<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`);
    const suspects = rows.filter(({ row }) => secrets.in(row).length > 0);
    found.push(...suspects.flatMap(({ row }) => leaksInRow(name, JSON.parse(row), secrets)));
  }
  return found;
}

function leaksInRow(table: string, row: Record<string, unknown>, secrets: Secrets): Leak[] {
  return Object.entries(row).flatMap(([column, value]) => {
    const where = `${table}.${column}`;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return where in IN_CLEAR ? [] : secrets.in(text).map((what) => leak(what, where, text));
  });
}

/** Looks through every key and value of every database of a Redis. */
export async function leaksInRedis(url: string, secrets: Secrets): Promise<Leak[]> {
  const redis = new Redis(url);
  try {
    const databases = [...(await redis.info('keyspace')).matchAll(/^db(\d+):/gm)].map(([, database]) =>
      Number(database),
    );
    const found: Leak[] = [];
    for (const database of databases) {
      await redis.select(database);
      for await (const keys of redis.scanStream({ count: 1_000 })) {
        const texts = (keys as string[]).map(async (key) => `${key} ${await contentOf(redis, key)}`);
        for (const [place, text] of (await Promise.all(texts)).entries()) {
          found.push(...secrets.in(text).map((what) => leak(what, `redis ${database} ${keys[place]}`, text)));
        }
      }
    }
    return found;
  } finally {
    redis.disconnect();
  }
}

async function contentOf(redis: Redis, key: string): Promise<string> {
  const type = await redis.type(key);
  const read: Record<string, () => Promise<unknown>> = {
    string: () => redis.get(key),
    hash: () => redis.hgetall(key),
    list: () => redis.lrange(key, 0, -1),
    set: () => redis.smembers(key),
    zset: () => redis.zrange(key, '0', '-1'),
    stream: () => redis.xrange(key, '-', '+'),
    none: async () => null,
  };
  const reader = read[type];
  if (!reader) throw new Error(`the test cannot read what Redis calls a ${type}`);
  return JSON.stringify(await reader());
}

/**
 * Writes down every command that a Redis gets, until it is stopped: most of what passes through does not stay. A connection
 * of ioredis breaks when the first command arrives in one packet with the answer to MONITOR.
 */
export async function recordCommands(url: string): Promise<{ commands: string[]; stop(): void }> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  const lines = createInterface({ input: socket });
  const commands: string[] = [];
  lines.on('line', (line) => commands.push(line));
  socket.write('MONITOR\r\n');
  await once(lines, 'line');
  return { commands, stop: () => socket.destroy() };
}
