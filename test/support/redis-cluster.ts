import { join } from 'node:path';
import { Redis } from 'ioredis';
import { reservePort } from '../../tools/embedded/ports.ts';
import { type EmbeddedRedis, startRedis } from '../../tools/embedded/redis.ts';
import { type Certificate, redisTls } from './certificates.ts';
import { waitFor } from './wait-for.ts';

export interface RedisNode {
  port: number;
  kill(): Promise<void>;
  /** Starts the killed node again. */
  restart(): Promise<void>;
}

/** A Redis Cluster of real servers: masters first, then a replica of each. */
export interface RedisCluster {
  url: string;
  /** The master that serves the key. */
  masterOf(key: string): Promise<RedisNode>;
  /** The replica of a master. */
  replicaOf(master: RedisNode): Promise<RedisNode>;
  /** Resolves when all living nodes know another master of the key than `old`, and every slot is served. */
  failedOver(key: string, old: RedisNode): Promise<void>;
  /** Resolves when all nodes are there, and replicas have the data of their masters. */
  whole(): Promise<void>;
  stop(): Promise<void>;
}

const SLOTS = 16_384;
const FORMED_WITHIN_MS = 30_000;
const FAILED_OVER_WITHIN_MS = 30_000;

interface ClusterOptions {
  masters?: number;
  hasReplicas?: boolean;
  /** For TLS between the nodes, and to them at the URL. */
  certificate?: Certificate;
}

/** Starts so many masters, with a replica each if asked for. A silent node counts as failed after a second. */
export async function startRedisCluster(
  folder: string,
  { masters = 3, hasReplicas = true, certificate }: ClusterOptions = {},
): Promise<RedisCluster> {
  const nodes: Node[] = [];
  const count = hasReplicas ? 2 * masters : masters;
  for (let node = 0; node < count; node++) nodes.push(await startNode(join(folder, `node-${node}`), certificate));
  await form(nodes, masters);
  const isServedByAnother = async (key: string, { port }: RedisNode) => {
    const know = async (redis: Redis) => (await isOk(redis)) && (await portOfMaster(redis, key)) !== port;
    const answers = nodes.map((node) => asking(node, know).catch(() => true));
    return (await Promise.all(answers)).every(Boolean);
  };
  const isWhole = async () => {
    const states = nodes.map((node) => asking(node, async (redis) => (await isOk(redis)) && (await isInStep(redis))));
    return (await Promise.all(states)).every(Boolean);
  };
  const whole = async () => void (await waitFor('every node does its part', isWhole, FORMED_WITHIN_MS));
  await whole();
  return {
    url: `redis${certificate ? 's' : ''}+cluster://${nodes.map((node) => `127.0.0.1:${node.announced}`).join(',')}`,
    whole,
    async failedOver(key, old) {
      await waitFor('another node is the master', () => isServedByAnother(key, old), FAILED_OVER_WITHIN_MS);
    },
    async replicaOf(master) {
      for (const node of nodes) {
        const info = await asking(node, (redis) => redis.info('replication'));
        if (new RegExp(`^master_port:${master.port}\\r?$`, 'm').test(info)) return node;
      }
      throw new Error(`no node is the replica of ${master.port}`);
    },
    async masterOf(key) {
      for (const node of nodes) {
        const port = await asking(node, (redis) => portOfMaster(redis, key)).catch(() => undefined);
        const master = nodes.find((one) => one.port === port);
        if (master) return master;
      }
      throw new Error(`no node serves ${key}`);
    },
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

async function portOfMaster(redis: Redis, key: string): Promise<number | undefined> {
  const slot = await redis.cluster('KEYSLOT', key);
  return (await redis.cluster('SLOTS')).find(([from, to]) => from <= slot && slot <= to)?.[2]?.[1];
}

interface Node extends RedisNode {
  /** The port for other nodes, and for the shop: that with TLS, if there is one. */
  announced: number;
  busPort: number;
  stop(): Promise<void>;
}

async function startNode(dataDir: string, certificate?: Certificate): Promise<Node> {
  const busPort = await reservePort();
  const tlsPort = certificate && (await reservePort());
  const settings = {
    'cluster-enabled': 'yes',
    'cluster-port': String(busPort),
    'cluster-node-timeout': '1000',
    'cluster-replica-validity-factor': '0',
    'repl-diskless-sync-delay': '0',
    ...(certificate && tlsPort && { ...redisTls(certificate, tlsPort), 'tls-cluster': 'yes' }),
  };
  let server: EmbeddedRedis = await startRedis({ dataDir, settings, logFile: `${dataDir}.log` });
  const { port } = server;
  return {
    port,
    announced: tlsPort ?? port,
    busPort,
    kill: () => server.kill(),
    stop: () => server.stop(),
    async restart() {
      server = await startRedis({ dataDir, settings, port, logFile: `${dataDir}.log` });
    },
  };
}

const isOk = async (redis: Redis): Promise<boolean> => (await redis.cluster('INFO')).includes('cluster_state:ok');

/** A master, or a replica with the data of its master. */
const isInStep = async (redis: Redis): Promise<boolean> =>
  /role:master|master_link_status:up/.test(await redis.info('replication'));

async function asking<T>({ port }: Pick<RedisNode, 'port'>, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({ port, host: '127.0.0.1', retryStrategy: null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined); // the command fails with it
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function form(nodes: readonly Node[], count: number): Promise<void> {
  const [first, ...others] = nodes as [Node, ...Node[]];
  const masters = nodes.slice(0, count);
  for (const [i, master] of masters.entries()) {
    const [from, to] = [Math.ceil((i * SLOTS) / count), Math.ceil(((i + 1) * SLOTS) / count) - 1];
    await asking(master, (redis) => redis.call('CLUSTER', 'ADDSLOTSRANGE', from, to));
  }
  for (const { announced, busPort } of others)
    await asking(first, (redis) => redis.call('CLUSTER', 'MEET', '127.0.0.1', announced, busPort));
  const knowsAll = (node: Node) =>
    asking(node, async (redis) => (await redis.cluster('INFO')).includes(`cluster_known_nodes:${nodes.length}`));
  for (const node of nodes) await waitFor('the nodes know each other', () => knowsAll(node), FORMED_WITHIN_MS);
  for (const [i, replica] of nodes.slice(count).entries()) {
    const id = await asking(masters[i] as Node, (redis) => redis.cluster('MYID'));
    await asking(replica, (redis) => redis.call('CLUSTER', 'REPLICATE', id));
  }
}
