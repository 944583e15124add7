import { v7 } from 'uuid';

/** Returns a new UUIDv7. Ids sort by creation time; the partitions rely on it. */
export const newId = (): string => v7();

/** Whether a text has the form of a UUID of any version, in any case. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** The creation time of a UUIDv7. */
export const uuidv7Time = (id: string): Date => new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));

/** SQL for the smallest UUIDv7 of an instant. */
export const uuidv7FloorOf = (instant: string): string =>
  `rpad(lpad(to_hex(floor(extract(epoch from ${instant}) * 1000)::bigint), 12, '0'), 32, '0')::uuid`;

/** The smallest UUIDv7 of an instant: the lower bound of a partition that starts then. */
export function uuidv7Floor(at: Date): string {
  const hex = at.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
}
