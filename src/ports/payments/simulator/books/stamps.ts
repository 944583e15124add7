import { randomUUID } from 'node:crypto';

const newestId = { second: 0 };

/** The current second, never smaller than one given before: lists rely on rows being in the order of their times. */
export function currentSecond(): number {
  newestId.second = Math.max(newestId.second, Math.floor(Date.now() / 1_000));
  return newestId.second;
}

export const newId = (prefix: string): string => `${prefix}_${randomUUID().replaceAll('-', '')}`;
