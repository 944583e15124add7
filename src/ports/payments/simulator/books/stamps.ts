import { randomUUID } from 'node:crypto';

const lastSecond = { value: 0 };

/** The current time in seconds. It never decreases, because lists rely on rows in order of time. */
export function currentSecond(): number {
  lastSecond.value = Math.max(lastSecond.value, Math.floor(Date.now() / 1_000));
  return lastSecond.value;
}

export const newId = (prefix: string): string => `${prefix}_${randomUUID().replaceAll('-', '')}`;
