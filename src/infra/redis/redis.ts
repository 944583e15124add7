import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { endWhenSilent, type Silence } from '../network/silent-server.ts';
import { errorFields, observe, observeSparingly } from '../observability/log.ts';
import { type RedisAddress, type RedisHost, readRedisAddress } from './address.ts';
import { type RedisClient, trackConnection } from './connections.ts';

/**
 * `produce`: fails fast, because the caller has a fallback (the relay). `read`: the same without a second attempt,
 * because the value is available elsewhere. `consume` and `subscribe`: wait for Redis without limit, as BullMQ's
 * workers must.
 */
export type RedisRole = 'produce' | 'read' | 'consume' | 'subscribe';

interface RoleOptions {
  options: RedisOptions;
  silenceMs?: number;
  /** For a cluster: how often a command looks for the right node, and how long it waits for a failover. */
  cluster: ClusterOptions;
}

/**
 * A server that owes an answer and sends nothing for `silenceMs` milliseconds counts as gone, even if its connections
 * stay open. BullMQ's workers use blocking commands of up to ten seconds and copy only `options` to their own
 * connections: there ioredis watches with `socketTimeout`.
 */
const ROLES: Record<RedisRole, RoleOptions> = {
  produce: {
    options: { enableOfflineQueue: false, maxRetriesPerRequest: 1 },
    silenceMs: 1_000,
    cluster: { enableOfflineQueue: false, maxRedirections: 5 },
  },
  read: {
    options: { enableOfflineQueue: false, maxRetriesPerRequest: 0 },
    silenceMs: 400,
    cluster: { enableOfflineQueue: false, maxRedirections: 3, retryDelayOnFailover: 50, retryDelayOnClusterDown: 50 },
  },
  consume: {
    options: { maxRetriesPerRequest: null, socketTimeout: 15_000 },
    // BullMQ's workers stop for good at any error but a closed connection.
    cluster: { maxRedirections: Number.MAX_SAFE_INTEGER, retryDelayOnMoved: 20, retryDelayOnFailover: 200 },
  },
  subscribe: { options: { maxRetriesPerRequest: null }, silenceMs: 2_000, cluster: {} },
};

/** The interval, in milliseconds, at which a subscriber pings the server: it sends no other commands. */
const PING_EVERY_MS = 5_000;
const CONNECT_TIMEOUT_MS = 2_000;
const retryDelay = (attempt: number): number => Math.min(50 * attempt, 500);

/**
 * Opens a connection that reconnects at least every 500 ms and never crashes the process. `ca`: the certificates that
 * sign those of the servers, in PEM; without it, those that Node.js trusts. @throws Error when the URL is wrong.
 */
export function openRedis(url: string, role: 'subscribe', ca?: string): Redis;
export function openRedis(url: string, role: RedisRole, ca?: string): RedisClient;
export function openRedis(url: string, role: RedisRole, ca?: string): RedisClient {
  const address = readRedisAddress(url);
  const opening = { url, address, role, tls: tlsOf(address, ca) };
  const redis = address.mode === 'cluster' && role !== 'subscribe' ? openCluster(opening) : openServer(opening);
  trackConnection(redis, role);
  let isDown = false;
  redis.on('error', (error: unknown) => {
    if (!isDown) observe('redis.down', { role, ...errorFields(error) });
    isDown = true;
  });
  redis.on('ready', () => {
    if (isDown) observe('redis.up', { role });
    isDown = false;
  });
  return redis;
}

interface Opening {
  url: string;
  address: RedisAddress;
  role: RedisRole;
  tls: Pick<RedisOptions, 'tls'>;
}

function openServer({ url, address, role, tls }: Opening): Redis {
  const options = {
    ...ROLES[role].options,
    retryStrategy: retryDelay,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // After a failover this server is a replica, and the address leads to another one. 2: reconnect and resend the
    // command.
    reconnectOnError: ({ message }: Error) => (message.includes('READONLY') ? (2 as const) : false),
    ...tls,
  };
  const redis = connect(url, address, options);
  watchSilence(redis, role);
  if (role === 'subscribe') setInterval(() => redis.ping().catch(() => undefined), PING_EVERY_MS).unref();
  return redis;
}

function connect(url: string, address: RedisAddress, options: RedisOptions): Redis {
  if (address.mode === 'server') return new Redis(url, options);
  const { hosts, name, sentinelPassword } = address;
  const login = loginOf(address);
  if (address.mode === 'cluster') return connectToAnyNode(hosts, { ...options, ...login });
  return new Redis({
    ...options,
    ...login,
    sentinels: hosts,
    ...(name && { name }),
    ...(sentinelPassword && { sentinelPassword }),
    ...(options.tls && { sentinelTLS: options.tls, enableTLSForSentinelMode: true }),
    sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
  });
}

/**
 * Opens a connection for the blocking commands of one queue on a cluster: it follows the queue from node to node.
 * @throws Error when the URL is wrong.
 */
export function openBlockingRedis(url: string, ca?: string): Redis {
  const address = readRedisAddress(url);
  const options = { ...ROLES.consume.options, connectTimeout: CONNECT_TIMEOUT_MS, ...tlsOf(address, ca) };
  return connectToAnyNode(address.hosts, { ...options, ...loginOf(address) });
}

/** Every node hears every message. Each attempt to reconnect goes to the next node, or to the one that it was sent to. */
function connectToAnyNode(hosts: readonly RedisHost[], options: RedisOptions): Redis {
  let turn = Math.floor(Math.random() * hosts.length);
  let sentTo: Partial<RedisHost> | undefined;
  const next = (): Partial<RedisHost> | undefined => sentTo ?? hosts[turn++ % hosts.length];
  const redis = new Redis({
    ...options,
    ...next(),
    retryStrategy: (attempt) => {
      const delay = sentTo ? 0 : retryDelay(attempt);
      Object.assign(redis.options, next());
      sentTo = undefined;
      return delay;
    },
    reconnectOnError: ({ message }) => {
      // A node that was removed, or lost the others; 2: reconnect, to the next one, and resend the command.
      if (message.startsWith('CLUSTERDOWN')) return 2;
      const [, host, port] = /^MOVED \d+ (.*):(\d+)$/.exec(message) ?? [];
      if (port === undefined) return false;
      // Without a host it is the one of this connection.
      sentTo = { ...(host && { host }), port: Number(port) };
      return 2;
    },
  });
  endWhileWaiting(redis);
  return redis;
}

/**
 * Lets `disconnect` end a connection that waits for its next attempt to connect. ioredis cancels the attempt then, but never
 * emits `end`, for which BullMQ waits when a worker stops. It does so for a connection that was never opened (`wait`).
 */
function endWhileWaiting(redis: Redis): void {
  const disconnect = redis.disconnect.bind(redis);
  redis.disconnect = (reconnect = false) => {
    if (!reconnect && redis.status === 'reconnecting') redis.status = 'wait';
    disconnect(reconnect);
  };
}

const loginOf = ({ username, password }: RedisAddress): Pick<RedisOptions, 'username' | 'password'> => ({
  ...(username && { username }),
  ...(password && { password }),
});

function openCluster({ address, role, tls }: Opening): Cluster {
  const { options, cluster } = ROLES[role];
  const redis = new Cluster(address.hosts, {
    ...cluster,
    clusterRetryStrategy: retryDelay,
    // Connections use the names, for which certificates are made, and look them up anew each time.
    dnsLookup: (host, found) => found(null, host),
    redisOptions: {
      ...options,
      connectTimeout: CONNECT_TIMEOUT_MS,
      ...loginOf(address),
      ...tls,
    },
  });
  redis.on('+node', (node: Redis) => watchSilence(node, role));
  redis.on('node error', (error: unknown, node: string) =>
    observeSparingly('redis.node_down', { role, node, ...errorFields(error) }),
  );
  return redis;
}

const tlsOf = ({ isTls }: RedisAddress, ca: string | undefined): Pick<RedisOptions, 'tls'> =>
  isTls ? { tls: { ...(ca && { ca }) } } : {};

function watchSilence(redis: Redis, role: RedisRole): void {
  const { silenceMs: ms } = ROLES[role];
  if (ms !== undefined) redis.on('connect', () => endWhenSilent(redis.stream, silenceOf(redis, ms)));
}

const silenceOf = (redis: Redis, ms: number): Silence => ({
  ms,
  isOwed: () => redis.commandQueue.length > 0,
  error: () => Object.assign(new Error(`Redis did not answer for ${ms} ms.`), { code: 'ETIMEDOUT' }),
});
