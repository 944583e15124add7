import { join } from 'node:path';
import { expect } from 'chai';
import { ENTITIES } from '../../src/entities/schema.ts';
import { isDatabaseDown, openDatabase } from '../../src/infra/database/database.ts';
import { runCommand } from '../../tools/stack/command.ts';
import { DEVELOPMENT } from '../../tools/stack/environment.ts';
import { MAIN } from '../../tools/stack/fleet.ts';
import { concurrentBuyersAt } from '../crash/concurrent-buyers.ts';
import { startCrashHarness } from '../crash/crash-harness.ts';
import { describeAll } from '../support/extent.ts';
import { scaled } from '../support/pace.ts';
import { startTlsPostgres, type TlsPostgres } from '../support/tls-postgres.ts';

const LASTS_MS = 180_000;
const STARTED_WITHIN_MS = 20_000;
const ENCRYPTED = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';

const same = (error: unknown) => error;

describeAll('TLS to Postgres', function () {
  this.timeout(LASTS_MS);
  let server: TlsPostgres;
  before(async () => {
    server = await startTlsPostgres();
  });
  after(() => server?.remove());

  it('protects statements, searches and reads of a replica', async () => {
    const url = server.urlFor(server.authority);
    for (const options of [{ url }, { url, readUrl: url }]) {
      const db = await openDatabase({ ...options, entities: ENTITIES });
      const answers = [await db.query(ENCRYPTED), await db.search(ENCRYPTED, [])];
      await db.close();
      expect(answers).to.deep.equal([[{ ssl: true }], [{ ssl: true }]]);
    }
  });

  it('that is lost while a process runs counts as a server that is away', async () => {
    const db = await openDatabase({ url: server.urlFor(server.otherAuthority), entities: ENTITIES });
    const errors = await Promise.all(
      [db.query('select 1'), db.search('select 1', [])].map((asked) => asked.catch(same)),
    );
    await db.close();
    expect(errors.map(isDatabaseDown), String(errors)).to.deep.equal([true, true]);
  });

  it('carries purchases', async () => {
    const harness = await startCrashHarness({ databaseUrl: server.urlFor(server.authority) });
    const buyers = await concurrentBuyersAt(harness);
    await buyers.send(10);
    await buyers.expectAllServed(LASTS_MS / 3).finally(() => harness.stop());
  });

  it('with another authority, without a file of it, or without a server that has TLS: no process starts', async () => {
    const { TEST_DATABASE_URL: plain = '' } = process.env;
    const cases = {
      [server.urlFor(server.otherAuthority)]: /DATABASE_URL: no TLS connection.+certificate/,
      [server.urlFor('/nowhere/ca.pem')]: /DATABASE_URL: no TLS connection.+ENOENT.+\/nowhere\/ca\.pem/,
      [`${plain}?sslmode=verify-full`]: /DATABASE_URL: no TLS connection.+does not support SSL/,
    };
    for (const [url, says] of Object.entries(cases))
      for (const role of ['web', 'worker']) expect(await startOf(role, url), role).to.match(says);
  });

  /** What a process prints that does not start. */
  const startOf = (role: string, url: string): Promise<string> => {
    const addresses = { DATABASE_URL: url, REDIS_URL: 'redis://127.0.0.1:1', STORE_URL: 'http://127.0.0.1:1' };
    const env = { ...process.env, ...DEVELOPMENT, ...addresses, PORT: '0' };
    const signal = AbortSignal.timeout(scaled(STARTED_WITHIN_MS));
    const logFile = join(server.authority, '..', 'log');
    return runCommand({ name: role, args: [process.env.TEST_MAIN || MAIN, role], env, logFile, signal }).then(
      () => 'it started',
      ({ message }: Error) => message,
    );
  };
});
