import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { newId } from './ids.ts';
import { errorFields, observeSparingly } from './log.ts';

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

/** `redis` fails fast; `subscriber` is a connection of its own. Both tell of the same server. */
export function openVersions(redis: Redis, subscriber: Redis, store: string): Versions {
  const channel = `${store}:versions`;
  const keyOf = (name: string): string => `${store}:version:${name}`;
  const known = new LRUCache<string, string>({ max: MOST_NAMES, ttl: BELIEVED_MS });
  /** Counts what this process has heard: an answer of Redis that crossed with a message is asked for again. */
  let heard = 0;
  const forget = (names: readonly string[]) => {
    heard += 1;
    for (const name of names) known.delete(name);
  };
  const forgetAll = () => {
    heard += 1;
    known.clear();
  };
  /** A subscriber that is connected hears nothing until Redis has taken its subscription. */
  let isListening = false;
  let wasAway = false;
  let outages = 0;
  const canTell = () => redis.status === 'ready' && isListening;

  function away(): void {
    wasAway = true;
    outages += 1;
    isListening &&= subscriber.status === 'ready';
    forgetAll();
  }
  /** What was missed meanwhile nobody knows: everything is of another epoch. */
  function back(): void {
    if (!wasAway || !canTell()) return;
    const outage = outages;
    void raise([EPOCH]).then((isTold) => {
      // Another may have begun meanwhile.
      if (outage !== outages) return;
      wasAway = !isTold;
      if (!isTold) setTimeout(back, BACK_AFTER_MS).unref();
    });
  }
  function listen(): void {
    subscriber.subscribe(channel).then(
      () => {
        isListening = true;
        forgetAll();
        back();
      },
      (error) => observeSparingly('versions.deaf', errorFields(error)),
    );
  }

  async function ask(names: readonly string[]): Promise<string | undefined> {
    for (let attempt = 1; attempt <= ATTEMPTS && canTell(); attempt++) {
      const before = heard;
      const tokens = await readAll(redis, names.map(keyOf));
      if (!tokens) return undefined;
      if (before !== heard) continue;
      for (const [i, name] of names.entries()) known.set(name, tokens[i] ?? '');
      return tokens.join('.');
    }
    return undefined;
  }

  async function raise(names: readonly string[]): Promise<boolean> {
    forget(names);
    if (redis.status !== 'ready') return false;
    const pipeline = redis.pipeline();
    for (const name of names) pipeline.set(keyOf(name), token(), 'EX', KEPT_SECONDS);
    // A name may hold anything but a line break.
    pipeline.publish(channel, names.join('\n'));
    const results = await pipeline.exec().catch(() => null);
    forget(names);
    return results?.every(([error]) => error === null) ?? false;
  }

  redis.on('close', away).on('ready', back);
  subscriber.on('close', away).on('ready', listen);
  subscriber.on('message', (from, text: string) => from === channel && forget(text.split('\n')));
  if (subscriber.status === 'ready') listen();
  return {
    of(names) {
      const all = [EPOCH, ...names];
      if (!canTell() || wasAway) return undefined;
      const tokens = all.map((name) => known.get(name));
      return tokens.every((one) => one !== undefined) ? tokens.join('.') : ask(all);
    },
    alone: () => `alone-${heard}`,
    raise,
  };
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
