import { uuidv7Floor } from './ids.ts';

/**
 * DDL that makes the monthly partitions of `table`, cut by its UUIDv7 key, from the month of `from` on (UTC);
 * partitions that exist are left alone. There is no default partition: rows that once fell into one make their month
 * impossible to attach.
 */
export function monthlyPartitions(table: string, from: Date, months: number): string[] {
  return Array.from({ length: months }, (_, offset) => {
    const start = monthStart(from, offset);
    const name = `${table}_p${start.toISOString().slice(0, 7).replace('-', '_')}`;
    return `create table if not exists ${name} partition of ${table}
      for values from ('${uuidv7Floor(start)}') to ('${uuidv7Floor(monthStart(from, offset + 1))}')`;
  });
}

const monthStart = (from: Date, offset: number): Date =>
  new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + offset));
