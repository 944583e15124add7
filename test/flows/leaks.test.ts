import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { newId } from '../../src/infra/ids.ts';
import { openRedis } from '../../src/infra/redis/redis.ts';
import { freshDatabase } from '../support/database.ts';
import { type Leak, leaksInFiles, leaksInRedis, leaksInTables, recordCommands } from '../support/leaks.ts';
import { openSecrets, planted } from '../support/secrets.ts';
import { travel, ZAMBRANA } from './journey.ts';
import { type Flow, leaksOf, sharedFlow } from './stack.ts';

/** What the steps of the journey are answered, where it is not a success. */
const REFUSED = {
  'broken JSON': 400,
  taken: 409,
  'wrong password': 401,
  'wrong code': 403,
  'wrong shape': 400,
  'in the path': 404,
  'in an id': 404,
  'in a cursor': 400,
  tampered: 401,
  'password in the wrong place': 401,
};

describe('personal data and secrets', function () {
  // Everything that the whole run has left in logs, tables and Redis is looked through.
  this.timeout(120_000);
  let flow: Flow;
  let steps: Record<string, number>;
  let commands: string[];
  before('travel', async function () {
    flow = await sharedFlow(this);
    const recorded = await recordCommands(flow.stack.redisUrl);
    steps = await travel(flow).finally(recorded.stop);
    commands = recorded.commands;
  });

  it('are all met on the journey', () => {
    const failed = Object.entries(steps).filter(([name, status]) => status >= 400 && !(name in REFUSED));
    expect(failed).to.deep.equal([]);
    expect(steps).to.include(REFUSED);
    expect(planted.in(JSON.stringify(ZAMBRANA))).to.have.members(['name', 'email', 'phone', 'password', 'client']);
  });

  it('stand in no log, no table and no key of Redis afterwards', async () => {
    expect(await leaksOf(flow, planted)).to.deep.equal([]);
  });

  it('do not pass through Redis', () => {
    expect(commands.length).to.be.above(100);
    for (const job of ['checkout.advance', 'mail.send']) expect(commands.join('\n')).to.include(job);
    const leaking = commands.filter((command) => planted.in(command).length > 0);
    expect(leaking).to.deep.equal([]);
  });

  it('were looked for in logs that tell of every request', async () => {
    const log = await readFile(join(flow.logs, 'web.log'), 'utf8');
    const requests = log.split('\n').filter((line) => line.includes('"http.request"'));
    expect(requests.length).to.be.at.least(Object.keys(steps).length);
  });

  /** In places of their own, which hold little else: looking through them is quick. */
  describe('are found', () => {
    const secrets = openSecrets();
    const [name, token] = ['Eulalia Grabowska-Nwosu', 'x7Qp2mV9-sdfGHJ_k1L0zzTyu34Ab'];
    secrets.plant('name', name);
    secrets.plantToken('token', `header.payload.${token}`);

    const placesOf = (leaks: Leak[]) => leaks.map(({ what, where }) => `${what} in ${where}`);

    it('in whatever spelling', () => {
      const spellings = [
        name.toUpperCase(),
        encodeURIComponent(name),
        name.replaceAll(' ', '+'),
        Buffer.from(`{"name":"${name}"}`).toString('base64'),
        Buffer.from(`to: ${name}`).toString('base64url'),
        Buffer.from(name).toString('hex'),
        `Bearer ${token}`,
        `token=${token}&x=1`,
      ];
      for (const spelling of spellings) expect(secrets.in(`... ${spelling} ...`), spelling).to.have.length(1);
      expect(secrets.in('Eulalia has no Grabowska, and header.payload says nothing')).to.deep.equal([]);
      secrets.plant('phone', '+91 98450 11223');
      for (const number of ['+91 98450 11223', '919845011223', '9845011223']) {
        expect(secrets.in(`call ${number} now`), number).to.deep.equal(['phone']);
      }
    });

    it('in a log', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'vcecom-leaks-'));
      try {
        await appendFile(join(folder, 'found.log'), `{"message":"x","who":"${name}"}\n`);
        expect(placesOf(await leaksInFiles(folder, secrets))).to.deep.equal(['name in found.log']);
        await appendFile(join(folder, 'found.log'), `${token}\n`);
        const both = ['name in found.log', 'token in found.log'];
        expect(placesOf(await leaksInFiles(folder, secrets))).to.deep.equal(both);
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    it('in a table, but for the columns that must have it', async () => {
      const { db, close } = await freshDatabase();
      const query = <R extends object>(sql: string, params: unknown[] = []) => db.query<R>(sql, params);
      try {
        await query(`create schema strange`);
        await query(`create table strange.notes (id int, note jsonb)`);
        await query(`insert into strange.notes values (1, $1)`, [{ deep: [{ who: name }] }]);
        await query(`alter table payment_attempts drop constraint payment_attempts_checkout_id_fkey`);
        await query(
          `insert into payment_attempts (checkout_id, attempt, method, status, created_at) values ($1, 1, $2, 'pending', now())`,
          [newId(), name],
        );
        expect(placesOf(await leaksInTables(query, secrets))).to.deep.equal(['name in strange.notes.note']);
      } finally {
        await close();
      }
    });

    it('in every kind of value that Redis has, in its keys and in its other databases', async () => {
      const url = process.env.TEST_REDIS_URL ?? '';
      const redis = openRedis(url, 'consume');
      const write: Record<string, () => Promise<unknown>> = {
        string: () => redis.set('leak', name),
        hash: () => redis.hset('leak', 'data', JSON.stringify({ name })),
        list: () => redis.lpush('leak', name),
        set: () => redis.sadd('leak', token),
        zset: () => redis.zadd('leak', 1, name),
        stream: () => redis.xadd('leak', '*', 'field', token),
        key: () => redis.set(`leak:${name}`, 1),
        database: () => redis.select(7).then(() => redis.set('leak', name)),
      };
      try {
        for (const [kind, leak] of Object.entries(write)) {
          await leak();
          const found = placesOf(await leaksInRedis(url, secrets));
          await redis.del('leak', `leak:${name}`);
          expect(found.join(), kind).to.match(/(name|token) in redis \d leak/);
        }
      } finally {
        redis.disconnect();
      }
    });
  });
});
