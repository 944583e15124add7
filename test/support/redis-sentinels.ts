import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { reservePort } from '../../tools/embedded/ports.ts';
import { type EmbeddedRedis, startRedis } from '../../tools/embedded/redis.ts';
import { redisBinary } from '../../tools/embedded/redis-binary.ts';
import { type Certificate, redisTls } from './certificates.ts';
import { waitFor } from './wait-for.ts';

/** A Redis master and a replica, watched by three Sentinels. */
export interface WatchedRedis {
  url: string;
  master(): Promise<EmbeddedRedis>;
  /** Asks the Sentinels to make the replica the master; the old master lives on as its replica. */
  switchOver(): Promise<void>;
  /** Resolves when the Sentinels name another master than `old`, and it accepts writes. */
  failedOver(old: EmbeddedRedis): Promise<void>;
  stop(): Promise<void>;
}

const NAME = 'shop';
const SENTINELS = 3;
const WITHIN_MS = 30_000;

/** Starts all of them, with TLS if there is a certificate. A silent server counts as failed after a second. */
export async function startWatchedRedis(folder: string, certificate?: Certificate): Promise<WatchedRedis> {
  const servers = [await start(folder, 'first', certificate), await start(folder, 'second', certificate)] as const;
  const [first, second] = servers;
  await asking(second, (redis) => redis.replicaof('127.0.0.1', first.announced));
  await waitFor('the replica has the data of its master', () => isLinked(second), WITHIN_MS);
  const sentinels: Sentinel[] = [];
  for (let i = 0; i < SENTINELS; i++) sentinels.push(await startSentinel(folder, first.announced, certificate));
  const areReady = () => Promise.all(sentinels.map(knowsAll)).then((all) => all.every(Boolean));
  await waitFor('the Sentinels know the replica and each other', areReady, WITHIN_MS);
  const [sentinel] = sentinels as [Sentinel];
  const master = async () => {
    const address = (await asking(sentinel, (redis) =>
      redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME),
    )) as string[];
    const found = servers.find(({ announced }) => announced === Number(address[1]));
    if (!found) throw new Error(`the Sentinels name ${address.join(':')} as the master`);
    return found;
  };
  return {
    url: `redis${certificate ? 's' : ''}+sentinel://${sentinels.map((one) => `127.0.0.1:${one.announced}`).join(',')}/${NAME}`,
    master,
    switchOver: async () => void (await asking(sentinel, (redis) => redis.call('SENTINEL', 'FAILOVER', NAME))),
    failedOver: async (old) => {
      const isOver = async () => {
        const now = await master();
        return now.port !== old.port && (await asking(now, (redis) => redis.set('test:written', '1'))) === 'OK';
      };
      await waitFor('another server is the master', isOver, WITHIN_MS);
    },
    async stop() {
      for (const { end } of sentinels) await end();
      for (const server of servers) await server.stop();
    },
  };
}

/** A server, and its port for others: that with TLS, if there is one. */
type Watched = EmbeddedRedis & { announced: number };

async function start(folder: string, name: string, certificate?: Certificate): Promise<Watched> {
  const tlsPort = certificate && (await reservePort());
  const settings = certificate && tlsPort ? redisTls(certificate, tlsPort) : {};
  const server = await startRedis({ dataDir: join(folder, name), logFile: join(folder, `${name}.log`), settings });
  return { ...server, announced: tlsPort ?? server.port };
}

interface Sentinel {
  port: number;
  announced: number;
  end(): Promise<void>;
}

async function startSentinel(folder: string, masterPort: number, certificate?: Certificate): Promise<Sentinel> {
  const port = await reservePort();
  const tlsPort = certificate && (await reservePort());
  const tls = certificate && tlsPort ? redisTls(certificate, tlsPort) : {};
  const file = join(folder, `sentinel-${port}.conf`);
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `logfile ${join(folder, `sentinel-${port}.log`)}`,
    ...Object.entries(tls).map(([name, value]) => `${name} ${value}`),
    `sentinel monitor ${NAME} 127.0.0.1 ${masterPort} 2`,
    `sentinel down-after-milliseconds ${NAME} 1000`,
    `sentinel failover-timeout ${NAME} 5000`,
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const child = spawn(
    redisBinary(() => undefined),
    [file, '--sentinel'],
    { stdio: 'ignore' },
  );
  return { port, announced: tlsPort ?? port, end: () => endChild(child) };
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function knowsAll({ port }: Sentinel): Promise<boolean> {
  const info = await asking({ port }, (redis) => redis.info('sentinel'));
  return info.includes(`status=ok`) && info.includes(`slaves=1,sentinels=${SENTINELS}`);
}

const isLinked = (server: EmbeddedRedis): Promise<boolean> =>
  asking(server, async (redis) => (await redis.info('replication')).includes('master_link_status:up'));

async function asking<T>({ port }: { port: number }, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({
    port,
    host: '127.0.0.1',
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
  });
  redis.on('error', () => undefined); // the command fails with it
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
