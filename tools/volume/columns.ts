import type { CopiedTable } from './tables.ts';

/** A column of a table. */
export interface Column {
  name: string;
  type: string;
}

/**
 * SQL for the id of a copied row: its time is that of the original, moved as the copy `c` is. Equal ids of one copy have
 * equal copies, so that references stay whole.
 */
export const copiedId = (id: string): string =>
  uuidv7(`c.shift_ms + ('x' || left(translate(${id}::text, '-', ''), 12))::bit(48)::bigint`, `c.copy || ${id}::text`);

/** SQL for a UUIDv7 of an instant (milliseconds), whose other bits depend on a text. */
export const uuidv7 = (ms: string, text: string): string =>
  `(lpad(to_hex(${ms}), 12, '0') || '7' || overlay(left(md5(${text}), 19) placing '8' from 4 for 1))::uuid`;

/** SQL for a text of the provider: the same prefix, for example `pi_`, and other letters. */
const copiedText = (text: string): string => `left(${text}, 3) || left(md5(c.copy || ${text}), 24)`;

/** The columns of a copied row, and SQL for their values. */
export function valuesOf(table: CopiedTable, columns: readonly Column[]): { names: string; values: string } {
  const written = columns.filter(({ name }) => !table.generated?.includes(name));
  return {
    names: written.map(({ name }) => `"${name}"`).join(', '),
    values: written.map((column) => columnValue(table, column)).join(',\n'),
  };
}

function columnValue({ ids, texts = [], values = {} }: CopiedTable, { name, type }: Column): string {
  const column = `t."${name}"`;
  const value = values[name];
  if (value !== undefined) return value;
  if (ids.includes(name)) return copiedId(column);
  if (texts.includes(name)) return copiedText(column);
  return type === 'timestamptz' ? `${column} + c.shift` : column;
}
