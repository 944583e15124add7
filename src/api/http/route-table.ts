import { PERMISSIONS } from '../../domain/access/permissions.ts';
import type { AnyRoute, RouteFacts } from './route.ts';

/**
 * The routes by path, literal segments before parameters, so that /products/new is never read as an id.
 * @throws Error for what must not start: no permission, no answers, an undeclared path parameter, a path taken twice.
 */
export function byPath(routes: readonly AnyRoute[]): Map<string, AnyRoute[]> {
  const shapes = new Map<string, AnyRoute[]>();
  for (const each of routes) {
    complain(each.facts);
    const shape = each.facts.path.replace(/\{\w+\}/g, '{}');
    const there = shapes.get(shape) ?? [];
    for (const other of there) clash(each.facts, other.facts);
    shapes.set(shape, [...there, each]);
  }
  const ordered = [...shapes.values()]
    .flatMap((group) => group.slice(0, 1).map(({ facts }) => ({ path: facts.path, group })))
    .map((row) => ({ ...row, rank: rank(row.path) }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : Number(a.rank > b.rank)));
  return new Map(ordered.map(({ path, group }) => [path, group]));
}

const known: ReadonlySet<string> = new Set<string>(['public', ...PERMISSIONS]);
const name = (facts: RouteFacts): string => `${facts.method.toUpperCase()} ${facts.path}`;

function complain(facts: RouteFacts): void {
  if (!known.has(facts.permission))
    throw new Error(`${name(facts)} declares no permission that exists: name one, or say 'public'`);
  if (Object.keys(facts.answers ?? {}).length === 0) throw new Error(`${name(facts)} declares no answers`);
  if (/\{\w+\}/.test(facts.path) && !facts.params) throw new Error(`${name(facts)} has no schema for its parameters`);
  if (!/^(\/([\w.-]+|\{\w+\}))+$/.test(facts.path)) throw new Error(`${name(facts)} is not a path in OpenAPI style`);
}

function clash(mine: RouteFacts, other: RouteFacts): void {
  if (mine.method === other.method) throw new Error(`${name(mine)} is declared twice (also as ${name(other)})`);
  if (mine.path !== other.path) throw new Error(`${name(mine)} and ${name(other)} name the same parameter differently`);
}

/** One digit a segment, parameters above literals: sorted by it, a literal wins wherever two paths overlap. */
const rank = (path: string): string =>
  path
    .split('/')
    .map((segment) => (segment.startsWith('{') ? '1' : '0'))
    .join('');
