import { Cluster, type Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { newId } from '../ids.ts';
import { errorFields, observeSparingly } from '../observability/log.ts';
import type { RedisClient } from '../redis/connections.ts';
import { onInterruption } from '../redis/interruption.ts';

/**
 * The versions of the data that cached values depend on. The key of a value contains these versions: after a version is
 * raised, no reader asks for the old key, even if a slow process writes an old value there later.
 */
export interface Versions {
  /** Returns the versions of these names as one token; undefined when they cannot be read, e.g. while Redis is down. */
  of(names: readonly string[]): Promise<string | undefined> | string | undefined;
  /** Until when this process trusts the versions that it has read of these names, in ms since 1970. */
  trustedUntil(names: readonly string[]): number;
  /** Number of messages received, versions raised and connections lost: it changes when any version may have. */
  changes(): number;
  /**
   * Invalidates all values that depend on these names, in all processes. @returns false when Redis did not accept it
   */
  raise(names: readonly string[]): Promise<boolean>;
}

/** Part of every version. It is raised after an outage, because invalidations may have been missed. */
const EPOCH = 'epoch';
/** How long a process trusts a version, in milliseconds: a message may get lost. It bounds the age of an answer. */
const TRUSTED_MS = 5_000;
/** Life of a version in Redis, in seconds; an expired version is replaced by a new one. */
const KEPT_SECONDS = 7 * 86_400;
const MAX_NAMES = 50_000;
const ATTEMPTS = 3;
const RETRY_MS = 200;

/** The versions that one process has read, and the state of its connections. */
interface VersionState {
  redis: RedisClient;
  subscriber: Redis;
  /** Prefix of all keys. On a cluster it is a hash tag: one pipeline reads or raises several versions on one node. */
  store: string;
  versions: LRUCache<string, string>;
  /** Number of messages received: a read during which a message arrives is repeated. */
  messageCount: number;
  /** Whether Redis has accepted the subscription; before that, no messages arrive. */
  isListening: boolean;
  wasAway: boolean;
  outages: number;
}

/** `redis` fails fast; `subscriber` is a separate connection to the same server. */
export function openVersions(redis: RedisClient, subscriber: Redis, store: string): Versions {
  const versions = new LRUCache<string, string>({ max: MAX_NAMES, ttl: TRUSTED_MS });
  const at: VersionState = {
    redis,
    subscriber,
    store: redis instanceof Cluster ? `{${store}}` : store,
    versions,
    messageCount: 0,
    isListening: false,
    wasAway: false,
    outages: 0,
  };
  onInterruption(redis, () => {
    onDisconnect(at);
    onReconnect(at); // other nodes of a cluster are still connected
  });
  redis.on('ready', () => onReconnect(at));
  subscriber.on('close', () => onDisconnect(at)).on('ready', () => listen(at));
  subscriber.on('message', (from, text: string) => from === channelOf(at) && drop(at, text.split('\n')));
  if (subscriber.status === 'ready') listen(at);
  return {
    of(names) {
      const all = [EPOCH, ...names];
      if (!isConnected(at) || at.wasAway) return undefined;
      const tokens = all.map((name) => versions.get(name));
      return tokens.every((one) => one !== undefined) ? tokens.join('.') : readVersions(at, all);
    },
    trustedUntil(names) {
      const lives = [EPOCH, ...names].map((name) => versions.getRemainingTTL(name));
      return Date.now() + Math.min(...lives);
    },
    changes: () => at.messageCount,
    raise: (names) => raise(at, names),
  };
}

const channelOf = ({ store }: VersionState): string => `${store}:versions`;
const keyOf = ({ store }: VersionState, name: string): string => `${store}:version:${name}`;
const isConnected = ({ redis, isListening }: VersionState): boolean => redis.status === 'ready' && isListening;

function drop(at: VersionState, names: readonly string[]): void {
  at.messageCount += 1;
  for (const name of names) at.versions.delete(name);
}

function dropAll(at: VersionState): void {
  at.messageCount += 1;
  at.versions.clear();
}

function onDisconnect(at: VersionState): void {
  at.wasAway = true;
  at.outages += 1;
  at.isListening &&= at.subscriber.status === 'ready';
  dropAll(at);
}

/** Invalidates all values by a new epoch, because messages may have been missed during the outage. */
function onReconnect(at: VersionState): void {
  if (!at.wasAway || !isConnected(at)) return;
  const { outages } = at;
  void raise(at, [EPOCH]).then((isRaised) => {
    // Another outage may have begun meanwhile.
    if (outages !== at.outages) return;
    at.wasAway = !isRaised;
    if (!isRaised) setTimeout(() => onReconnect(at), RETRY_MS).unref();
  });
}

function listen(at: VersionState): void {
  at.subscriber.subscribe(channelOf(at)).then(
    () => {
      at.isListening = true;
      dropAll(at);
      onReconnect(at);
    },
    (error) => observeSparingly('versions.subscribe_failed', errorFields(error)),
  );
}

async function readVersions(at: VersionState, names: readonly string[]): Promise<string | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS && isConnected(at); attempt++) {
    const before = at.messageCount;
    const tokens = await readAll(
      at.redis,
      names.map((name) => keyOf(at, name)),
    );
    if (!tokens) return undefined;
    if (before !== at.messageCount) continue;
    for (const [i, name] of names.entries()) at.versions.set(name, tokens[i] ?? '');
    return tokens.join('.');
  }
  return undefined;
}

async function raise(at: VersionState, names: readonly string[]): Promise<boolean> {
  drop(at, names);
  if (at.redis.status !== 'ready') return false;
  const isRaised = await storeNew(at, names);
  drop(at, names);
  return isRaised;
}

async function storeNew(at: VersionState, names: readonly string[]): Promise<boolean> {
  const { redis } = at;
  const pipeline = redis.pipeline();
  for (const name of names) pipeline.set(keyOf(at, name), newToken(), 'EX', KEPT_SECONDS);
  // A name may hold anything but a line break.
  const message = [channelOf(at), names.join('\n')] as const;
  // On a cluster every node accepts a message: a pipeline with one that another node refuses is not sent to the right one.
  if (!(redis instanceof Cluster)) pipeline.publish(...message);
  const results = await pipeline.exec().catch(() => null);
  const isStored = results?.every(([error]) => error === null) ?? false;
  if (!isStored || !(redis instanceof Cluster)) return isStored;
  return redis.publish(...message).then(
    () => true,
    () => false,
  );
}

/** Returns a token that never repeats, even after Redis was emptied. */
const newToken = (): string => newId().slice(-17).replace('-', '');

/** Reads the versions of these keys; creates the missing ones. */
async function readAll(redis: RedisClient, keys: readonly string[]): Promise<string[] | undefined> {
  const newTokens = keys.map(newToken);
  const pipeline = redis.pipeline();
  for (const [i, key] of keys.entries()) pipeline.set(key, newTokens[i] ?? '', 'EX', KEPT_SECONDS, 'NX', 'GET');
  const results = await pipeline.exec().catch(() => null);
  if (!results || results.some(([error]) => error !== null)) return undefined;
  return results.map(([, before], i) => (typeof before === 'string' ? before : (newTokens[i] ?? '')));
}
