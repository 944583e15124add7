import { parseArgs } from 'node:util';
import { ENTITIES } from '../src/entities/schema.ts';
import { ConfigError, readConfig } from '../src/infra/config.ts';
import { openDatabase } from '../src/infra/database/database.ts';
import { type Replay, replayHistory } from '../src/main/replay.ts';
import { readTarget } from './verify/target.ts';

const USAGE = `usage: bin/replay ID [--to N] [--data DIR]
  Replays the history of a checkout or an order with the current state machine and the pricing engine, and prints
  whether the result is identical or where it differs. Reads only.
  --to N      stop after step N
  --data DIR  a folder of bin/dev; without it DATABASE_URL is used`;

/** Exit codes: 0 identical, 1 different, 2 wrong usage or an error. */
async function main(): Promise<number> {
  const options = { to: { type: 'string' }, data: { type: 'string' }, help: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [id, ...more] = positionals;
  const to = values.to === undefined ? undefined : Number(values.to);
  const isUsable =
    /^[0-9a-f-]{36}$/i.test(id ?? '') && more.length === 0 && (to === undefined || Number.isSafeInteger(to));
  if (values.help || !isUsable) return say(USAGE, values.help ? 0 : 2);
  const { DATABASE_URL: url } = readConfig('database', values.data ? readTarget(values.data) : process.env);
  const db = await openDatabase({ url, entities: ENTITIES, connections: 1, namesStatements: false });
  try {
    const replay = await replayHistory(db.query, id ?? '', to);
    if (!replay) return say(`there is no checkout and no order ${id}`, 2);
    print(replay);
    return say(`${replay.kind} ${id}: ${replay.isIdentical ? 'identical' : 'it differs'}`, replay.isIdentical ? 0 : 1);
  } finally {
    await db.close();
  }
}

function print({ steps, machine, price }: Replay): void {
  for (const { seq, event, stored, replayed, isSame } of steps) {
    console.log(
      `${String(seq).padStart(4)}  ${event.padEnd(20)} ${stored}${isSame ? '' : `   <- replayed: ${replayed}`}`,
    );
  }
  const different = [
    ...machine.map((one) => ({ ...one, of: 'machine' })),
    ...(price?.differences ?? []).map((one) => ({ ...one, of: 'price' })),
  ];
  for (const { of, path, stored, replayed } of different) {
    console.log(`${of} ${path}: stored ${JSON.stringify(stored)}, replayed ${JSON.stringify(replayed)}`);
  }
}

function say(text: string, code: number): number {
  console.log(text);
  return code;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error instanceof ConfigError ? error.message : `replay could not run: ${error.message}`);
    process.exit(2);
  },
);
