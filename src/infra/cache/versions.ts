import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { newId } from '../ids.ts';
import { errorFields, observeSparingly } from '../observability/log.ts';

/**
 * Which state of the things that a cached value was made of it belongs to. A value is kept under the versions of what it
 * depends on: once a version is raised, nobody asks for what was made before, however late a slow reader puts it there.
 */
export interface Versions {
  /** The versions of these names, as one word; undefined when nobody can tell, as while Redis is away. */
  of(names: readonly string[]): Promise<string | undefined> | string | undefined;
  /** What takes the place of versions while nobody can tell: another after everything that this process hears or raises. */
  alone(): string;
  /** Makes everything that was made of these unknown, in all processes. @returns false when Redis did not take it */
  raise(names: readonly string[]): Promise<boolean>;
}

/** Whatever was made before an outage is of this version: nobody knows what was missed. */
const EPOCH = 'epoch';
/** A message to a process may get lost: it asks again after so long, in milliseconds. This bounds how old an answer can be. */
const BELIEVED_MS = 5_000;
/** A version that nobody has raised for so long is made anew, in seconds. */
const KEPT_SECONDS = 7 * 86_400;
const MOST_NAMES = 50_000;
const ATTEMPTS = 3;
const BACK_AFTER_MS = 200;

/** What one process knows. */
interface Knowledge {
  redis: Redis;
  subscriber: Redis;
  store: string;
  known: LRUCache<string, string>;
  /** Counts what was heard: an answer of Redis that crossed with a message is asked for again. */
  heard: number;
  /** A subscriber that is connected hears nothing until Redis has taken its subscription. */
  isListening: boolean;
  wasAway: boolean;
  outages: number;
}

/** `redis` fails fast; `subscriber` is a connection of its own. Both tell of the same server. */
export function openVersions(redis: Redis, subscriber: Redis, store: string): Versions {
  const known = new LRUCache<string, string>({ max: MOST_NAMES, ttl: BELIEVED_MS });
  const at: Knowledge = { redis, subscriber, store, known, heard: 0, isListening: false, wasAway: false, outages: 0 };
  redis.on('close', () => leave(at)).on('ready', () => comeBack(at));
  subscriber.on('close', () => leave(at)).on('ready', () => listen(at));
  subscriber.on('message', (from, text: string) => from === channelOf(at) && forget(at, text.split('\n')));
  if (subscriber.status === 'ready') listen(at);
  return {
    of(names) {
      const all = [EPOCH, ...names];
      if (!canTell(at) || at.wasAway) return undefined;
      const tokens = all.map((name) => known.get(name));
      return tokens.every((one) => one !== undefined) ? tokens.join('.') : ask(at, all);
    },
    alone: () => `alone-${at.heard}`,
    raise: (names) => raise(at, names),
  };
}

const channelOf = ({ store }: Knowledge): string => `${store}:versions`;
const keyOf = ({ store }: Knowledge, name: string): string => `${store}:version:${name}`;
const canTell = ({ redis, isListening }: Knowledge): boolean => redis.status === 'ready' && isListening;

function forget(at: Knowledge, names: readonly string[]): void {
  at.heard += 1;
  for (const name of names) at.known.delete(name);
}

function forgetAll(at: Knowledge): void {
  at.heard += 1;
  at.known.clear();
}

function leave(at: Knowledge): void {
  at.wasAway = true;
  at.outages += 1;
  at.isListening &&= at.subscriber.status === 'ready';
  forgetAll(at);
}

/** What was missed meanwhile nobody knows: everything is of another epoch. */
function comeBack(at: Knowledge): void {
  if (!at.wasAway || !canTell(at)) return;
  const { outages } = at;
  void raise(at, [EPOCH]).then((isTold) => {
    // Another outage may have begun meanwhile.
    if (outages !== at.outages) return;
    at.wasAway = !isTold;
    if (!isTold) setTimeout(() => comeBack(at), BACK_AFTER_MS).unref();
  });
}

function listen(at: Knowledge): void {
  at.subscriber.subscribe(channelOf(at)).then(
    () => {
      at.isListening = true;
      forgetAll(at);
      comeBack(at);
    },
    (error) => observeSparingly('versions.subscribe_failed', errorFields(error)),
  );
}

async function ask(at: Knowledge, names: readonly string[]): Promise<string | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS && canTell(at); attempt++) {
    const before = at.heard;
    const tokens = await readAll(
      at.redis,
      names.map((name) => keyOf(at, name)),
    );
    if (!tokens) return undefined;
    if (before !== at.heard) continue;
    for (const [i, name] of names.entries()) at.known.set(name, tokens[i] ?? '');
    return tokens.join('.');
  }
  return undefined;
}

async function raise(at: Knowledge, names: readonly string[]): Promise<boolean> {
  forget(at, names);
  if (at.redis.status !== 'ready') return false;
  const pipeline = at.redis.pipeline();
  for (const name of names) pipeline.set(keyOf(at, name), token(), 'EX', KEPT_SECONDS);
  // A name may hold anything but a line break.
  pipeline.publish(channelOf(at), names.join('\n'));
  const results = await pipeline.exec().catch(() => null);
  forget(at, names);
  return results?.every(([error]) => error === null) ?? false;
}

/** Never the same again, also after Redis was emptied. */
const token = (): string => newId().slice(-17).replace('-', '');

/** The versions under these keys; what has none gets one. */
async function readAll(redis: Redis, keys: readonly string[]): Promise<string[] | undefined> {
  const fresh = keys.map(token);
  const pipeline = redis.pipeline();
  for (const [i, key] of keys.entries()) pipeline.set(key, fresh[i] ?? '', 'EX', KEPT_SECONDS, 'NX', 'GET');
  const results = await pipeline.exec().catch(() => null);
  if (!results || results.some(([error]) => error !== null)) return undefined;
  return results.map(([, before], i) => (typeof before === 'string' ? before : (fresh[i] ?? '')));
}
