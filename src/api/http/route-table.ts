import { PERMISSIONS } from '../../domain/access/permissions.ts';
import type { AnyRoute, RouteFacts } from './route.ts';

/**
 * Groups the routes by path, literal segments before parameters, so that /products/new is never read as an id.
 * @throws Error for a route without permission, answers or parameter schema, and for a method and path declared twice.
 */
export function routesByPath(routes: readonly AnyRoute[]): Map<string, AnyRoute[]> {
  const shapes = new Map<string, AnyRoute[]>();
  for (const each of routes) {
    assertValid(each.facts);
    const shape = each.facts.path.replace(/\{\w+\}/g, '{}');
    const others = shapes.get(shape) ?? [];
    for (const other of others) assertDistinct(each.facts, other.facts);
    shapes.set(shape, [...others, each]);
  }
  const ordered = [...shapes.values()]
    .flatMap((group) => group.slice(0, 1).map(({ facts }) => ({ path: facts.path, group })))
    .map((row) => ({ ...row, rank: rank(row.path) }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : Number(a.rank > b.rank)));
  return new Map(ordered.map(({ path, group }) => [path, group]));
}

const PERMISSION_NAMES: ReadonlySet<string> = new Set<string>(['public', ...PERMISSIONS]);
const name = (facts: RouteFacts): string => `${facts.method.toUpperCase()} ${facts.path}`;

function assertValid(facts: RouteFacts): void {
  if (!PERMISSION_NAMES.has(facts.permission))
    throw new Error(`${name(facts)} declares no permission that exists: use one of PERMISSIONS, or 'public'`);
  if (Object.keys(facts.answers ?? {}).length === 0) throw new Error(`${name(facts)} declares no answers`);
  if (/\{\w+\}/.test(facts.path) && !facts.params) throw new Error(`${name(facts)} has no schema for its parameters`);
  if (!/^(\/([\w.-]+|\{\w+\}))+$/.test(facts.path)) throw new Error(`${name(facts)} is not a path in OpenAPI style`);
}

function assertDistinct(facts: RouteFacts, other: RouteFacts): void {
  if (facts.method === other.method) throw new Error(`${name(facts)} is declared twice (also as ${name(other)})`);
  if (facts.path !== other.path)
    throw new Error(`${name(facts)} and ${name(other)} name the same parameter differently`);
}

/** One digit per segment, 0 for literals and 1 for parameters: where two paths overlap, the literal sorts first. */
const rank = (path: string): string =>
  path
    .split('/')
    .map((segment) => (segment.startsWith('{') ? '1' : '0'))
    .join('');
