import { v7 } from 'uuid';

/** A new UUIDv7: ids sort by the time they were made, which is what the partitions rely on. */
export const newId = (): string => v7();

/** When a UUIDv7 was made. */
export const uuidv7Time = (id: string): Date => new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));

/** The smallest UUIDv7 of an instant: the bound of a partition that starts there. */
export function uuidv7Floor(at: Date): string {
  const hex = at.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
}
