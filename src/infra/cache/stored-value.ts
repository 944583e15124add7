import type { Redis } from 'ioredis';

/** A value as it lies in the memory of a process. */
export interface Kept {
  /** null: there is nothing. */
  value: object | null;
  /** When its making began, in ms since 1970. */
  at: number;
  /** Until then it is served as it is, in ms since 1970. */
  freshUntil: number;
  /** Until then it is served while it is made anew, in ms since 1970. */
  staleUntil: number;
  /** What it takes of the memory: two for each character, as much as a text takes that is not Latin. */
  bytes: number;
}

/** A value and the text that Redis keeps of it. */
export function keptValue(facts: Omit<Kept, 'bytes'>): { kept: Kept; text: string } {
  const text = JSON.stringify(facts);
  return { kept: { ...facts, bytes: 2 * text.length }, text };
}

/** The value that Redis keeps under a key; undefined when there is none, it is over, or Redis does not answer. */
export async function readKept(redis: Redis, key: string): Promise<Kept | undefined> {
  const text = await redis.get(key).catch(() => null);
  if (text === null) return undefined;
  // Another form, as of an earlier release, is not known.
  const { value, at, freshUntil, staleUntil }: Partial<Kept> = JSON.parse(text);
  if (value === undefined || !at || !freshUntil || !staleUntil || staleUntil <= Date.now()) return undefined;
  return { value, at, freshUntil, staleUntil, bytes: 2 * text.length };
}
