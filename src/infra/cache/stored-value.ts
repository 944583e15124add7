import type { RedisClient } from '../redis/connections.ts';
import { parseJson } from './parse-json.ts';

/** A cached value in the memory of a process. */
export interface CachedValue {
  /** null: the value is known to be absent. */
  value: object | null;
  /** When making the value began, in ms since 1970. */
  at: number;
  /** Until this instant it is served as it is, in ms since 1970. */
  freshUntil: number;
  /** Until this instant it is served while a new value is made, in ms since 1970. */
  staleUntil: number;
  /** Size in memory: two bytes per character, the most that a text needs. */
  bytes: number;
}

/** Returns a cached value and its text for Redis. */
export function toCachedValue(facts: Omit<CachedValue, 'bytes'>): { cached: CachedValue; text: string } {
  const text = JSON.stringify(facts);
  return { cached: { ...facts, bytes: 2 * text.length }, text };
}

/** Reads a value from Redis; returns undefined when there is none, it has expired, or Redis does not answer. */
export async function readCachedValue(redis: RedisClient, key: string): Promise<CachedValue | undefined> {
  const text = await redis.get(key).catch(() => null);
  if (text === null) return undefined;
  // A text in another format, as of an earlier release, is ignored.
  const { value, at, freshUntil, staleUntil } = Object(parseJson(text)) as Partial<CachedValue>;
  if (value === undefined || !at || !freshUntil || !staleUntil || staleUntil <= Date.now()) return undefined;
  return { value, at, freshUntil, staleUntil, bytes: 2 * text.length };
}
