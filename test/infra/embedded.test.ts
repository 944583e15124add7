import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import pg from 'pg';
import { reservePort } from '../../tools/embedded/ports.ts';
import { type EmbeddedPostgres, type PostgresOptions, startPostgres } from '../../tools/embedded/postgres.ts';
import { isAlive } from '../../tools/embedded/processes.ts';
import { type EmbeddedRedis, type RedisOptions, startRedis } from '../../tools/embedded/redis.ts';
import { describeAll } from '../support/extent.ts';

const PORTS = join(import.meta.dirname, '../../tools/embedded/ports.ts');
const IS_ROOT = process.getuid?.() === 0;

describeAll('embedded servers', () => {
  let folder: string;
  const started: { stop(): Promise<void>; remove?(): Promise<void> }[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'embedded-'));
    await chmod(folder, 0o755);
  });
  afterEach(async () => {
    for (const server of started.splice(0).reverse()) await (server.remove ?? server.stop)();
    await rm(folder, { recursive: true, force: true });
  });

  const postgres = async (more: Partial<PostgresOptions> = {}): Promise<EmbeddedPostgres> => {
    const settings = { fsync: 'off', shared_buffers: '16MB', ...more.settings };
    const server = await startPostgres({ dataDir: join(folder, 'postgres'), ...more, settings });
    started.push(server);
    return server;
  };
  const redis = async (more: Partial<RedisOptions> = {}): Promise<EmbeddedRedis> => {
    const server = await startRedis({ dataDir: join(folder, 'redis'), ...more });
    started.push(server);
    return server;
  };

  it('are given ports that nobody else is given, in this process and in others', async () => {
    const port = await reservePort();
    const others = await Promise.all([reservePort(port), reservePort(port)]);
    expect(new Set([port, ...others]).size).to.equal(3);
    expect(await reservePort(port, { isOwn: true })).to.equal(port);
    const code = `import(process.argv[1]).then(async ({ reservePort }) => console.log(await reservePort(${port})))`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', code, PORTS]);
    expect(Number(stdout)).to.be.above(0).and.not.equal(port);
  });

  describe('PostgreSQL', function () {
    this.timeout(60_000);

    it('starts with its database, keeps committed rows over a kill, and comes back on the same port', async () => {
      const first = await postgres();
      await sql(first.url, 'create table kept (n int); insert into kept values (1)');
      await first.kill();
      expect(isAlive(first.pid)).to.equal(false);
      const second = await postgres({ port: first.port });
      expect(second.url).to.equal(first.url);
      expect(second.pid).not.to.equal(first.pid);
      expect(await sql(second.url, 'select n from kept')).to.deep.equal([{ n: 1 }]);
    });

    it('adopts a server that already runs on the folder, and restarts it when it has other settings', async () => {
      const first = await postgres();
      const adopted = await postgres();
      expect([adopted.pid, adopted.url]).to.deep.equal([first.pid, first.url]);
      const other = await postgres({ settings: { max_connections: '33' } });
      expect(other.pid).not.to.equal(first.pid);
      expect(await sql(other.url, 'show max_connections')).to.deep.equal([{ max_connections: '33' }]);
    });

    it('takes another port when the wished one is taken', async () => {
      const port = await reservePort();
      const squatter = await listenOn(port);
      const server = await postgres({ port });
      squatter.close();
      expect(server.port).not.to.equal(port);
    });

    if (IS_ROOT) {
      it('as root, puts data where its own user can reach them, and finds them again while the link stands', async () => {
        await chmod(folder, 0o700);
        const first = await postgres();
        expect(first.dataDir).to.match(/^\/var\/tmp\/vcecom-0-data-/);
        expect((await stat(first.dataDir)).uid).not.to.equal(0);
        await sql(first.url, 'create table kept ()');
        await first.stop();
        expect(await tables(await postgres())).to.equal(1);
        await rm(join(folder, 'postgres'));
        expect(await tables(await postgres()), 'the data go with the folder that was wished').to.equal(0);
      });
    }
  });

  describe('Redis', function () {
    this.timeout(30_000);

    it('keeps its data over a stop, on the same port', async () => {
      const first = await redis();
      await command(first.url, (client) => client.set('kept', 'yes'));
      await first.stop();
      const second = await redis({ port: first.port });
      expect(second.url).to.equal(first.url);
      expect(await command(second.url, (client) => client.get('kept'))).to.equal('yes');
      expect(await command(second.url, (client) => client.config('GET', 'maxmemory-policy'))).to.include('noeviction');
    });

    it('comes back after a kill, and is adopted when it already runs', async () => {
      const first = await redis();
      await first.kill();
      const second = await redis({ port: first.port });
      expect(second.port).to.equal(first.port);
      expect((await redis()).pid).to.equal(second.pid);
    });

    it('is not mistaken for the server of another folder on the wished port', async () => {
      const first = await redis();
      await mkdir(join(folder, 'other'));
      const other = await redis({ dataDir: join(folder, 'other', 'redis'), port: first.port });
      expect(other.port).not.to.equal(first.port);
    });
  });
});

async function sql(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function tables(server: EmbeddedPostgres): Promise<number> {
  return (await sql(server.url, `select from pg_tables where tablename = 'kept'`)).length;
}

async function command<T>(url: string, run: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  try {
    return await run(client);
  } finally {
    client.disconnect();
  }
}

function listenOn(port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(port, '127.0.0.1', () => resolve(server));
  });
}
