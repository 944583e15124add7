import type { Column } from './columns.ts';
import type { Property, TypedStatement } from './statements.ts';

/** Compares the columns of a statement with the properties that its rows are said to have. */
export function mistakesIn({ row, isOpen }: Pick<TypedStatement, 'row' | 'isOpen'>, columns: Column[]): string[] {
  const names = columns.map(({ name }) => name);
  const properties = new Map(row.map((property) => [property.name, property]));
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  const missing = row.filter(({ name, isOptional }) => !isOptional && !names.includes(name));
  const unknown = isOpen ? [] : names.filter((name) => !properties.has(name));
  return [
    ...twice.map((name) => `selects ${name} twice`),
    ...missing.map(({ name }) => `does not select ${name}`),
    ...unknown.map((name) => `selects ${name}, which the type does not have`),
    ...columns.flatMap(({ name, kind }) => wrongKind(kind, properties.get(name))),
  ];
}

function wrongKind(column: string, property: Property | undefined): string[] {
  const { name, kinds } = property ?? { name: '', kinds: [] };
  const isRight = kinds.length === 0 || kinds.some((kind) => fits(column, kind));
  return isRight ? [] : [`selects ${name} as ${column}, which the type calls ${kinds.join(' | ')}`];
}

/** Whether the values of a column may be of a kind. JSON may be anything that can be written as JSON. */
function fits(column: string, kind: string): boolean {
  if (column === kind || kind === 'unknown') return true;
  if (column === 'json') return !/^(Date|Buffer|bigint)/.test(kind);
  return column.endsWith('[]') && kind.endsWith('[]') && fits(column.slice(0, -2), kind.slice(0, -2));
}
