import { expect } from 'chai';
import { checkServer } from '../../src/infra/database/connections/server-check.ts';
import type { Query } from '../../src/infra/database/query.ts';
import { listenToFacts, logger } from '../../src/infra/observability/log.ts';
import { type FreshDatabase, freshDatabase, queryAt } from '../support/database.ts';

describe('the check of the server at the start of a process', () => {
  const found: object[] = [];
  listenToFacts((name, fields) => name === 'database.connections.error' && found.push(fields));
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
  });
  after(() => database?.close());

  it('reports connections that do not fit beside those in use, with the numbers', async () => {
    await checkServer(database.db.query, 10);
    expect(found).to.deep.equal([]);
    logger.silent = true;
    await checkServer(database.db.query, 100_000).finally(() => {
      logger.silent = false;
    });
    expect(found).to.have.length(1);
    const [{ places, used, connections }] = found as [{ places: number; used: number; connections: number }];
    expect([places >= 10, used >= 1, connections]).to.deep.equal([true, true, 100_000]);
  });

  it('lets a process start without a server', async () => {
    const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    await checkServer(() => Promise.reject(away), 10);
    await checkServer(queryOf('postgres://%2Fnowhere/vcecom'), 10);
  });

  it('refuses a file of a certificate that is missing', async () => {
    const query = queryOf('postgres://localhost/vcecom?sslmode=verify-full&sslrootcert=/nowhere/ca.pem');
    const error = await checkServer(query, 10).catch((thrown: Error) => thrown);
    expect(String(error)).to.match(/DATABASE_URL: no TLS connection.+ENOENT/);
  });

  const queryOf =
    (url: string): Query =>
    (sql, params) =>
      queryAt(url, sql, [...params]);
});
