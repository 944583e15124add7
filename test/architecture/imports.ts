import { posix } from 'node:path';
import type { Node } from 'typescript/unstable/ast';
import { SyntaxKind } from 'typescript/unstable/ast';
import {
  isCallExpression,
  isExportDeclaration,
  isImportDeclaration,
  isImportTypeNode,
  isLiteralTypeNode,
  isStringLiteral,
} from 'typescript/unstable/ast/is';
import { at, nodes, type Source, type Violation } from './sources.ts';

/** Who may import whom; a room may always import from itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  domain: [],
  infra: [],
  machines: ['domain'],
  ports: ['domain', 'infra'],
  entities: ['domain', 'infra'],
  jobs: ['domain', 'infra'],
  workers: ['domain', 'infra', 'machines', 'ports', 'entities', 'jobs'],
  api: ['domain', 'infra', 'entities', 'jobs'],
  main: ['domain', 'infra', 'machines', 'ports', 'entities', 'jobs', 'workers', 'api'],
};

export interface Import {
  node: Node;
  /** What is written between the quotes. */
  specifier: string;
  /** The path in the repository; undefined for a package. */
  target: string | undefined;
}

/** Imports, re-exports, dynamic imports and imports of types alike. */
export function importsOf(source: Source): Import[] {
  return [...nodes(source.ast)].flatMap((node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined) return [];
    const own = specifier.startsWith('.');
    return [{ node, specifier, target: own ? posix.join(posix.dirname(source.path), specifier) : undefined }];
  });
}

function specifierOf(node: Node): string | undefined {
  const from = importedFrom(node);
  return from && isStringLiteral(from) ? from.text : undefined;
}

function importedFrom(node: Node): Node | undefined {
  if (isImportDeclaration(node) || isExportDeclaration(node)) return node.moduleSpecifier;
  if (isImportTypeNode(node)) return isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  if (isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword) return node.arguments[0];
  return undefined;
}

/** Nobody imports upward: the matrix of docs/ARCHITECTURE.md. */
export function importsAgainstTheMatrix(sources: readonly Source[]): Violation[] {
  return sources.flatMap((source) =>
    importsOf(source).flatMap(({ node, target }) => {
      const rule = target === undefined ? undefined : brokenRule(source.path, target);
      return rule === undefined ? [] : [at(source, node, `imports ${target}: ${rule}`)];
    }),
  );
}

function brokenRule(path: string, target: string): string | undefined {
  const from = roomOf(path);
  const to = roomOf(target);
  const allowed = MAY_IMPORT[from ?? ''];
  if (from === undefined || allowed === undefined) return `${path} lies in no room of the house`;
  if (target === 'package.json') return undefined; // the one place of the version
  if (path === 'src/entities/schema.ts' && target.startsWith('migrations/')) return undefined; // the schema is its migrations
  if (to === undefined) return 'src imports nothing that is not in src';
  if (to === from || allowed.includes(to) || isWebhookDoor(path, to)) return undefined;
  return `${from} may import ${allowed.join(', ') || 'nothing of ours'}`;
}

function roomOf(path: string): string | undefined {
  if (path === 'src/main.ts') return 'main';
  return /^src\/([a-z]+)\//.exec(path)?.[1];
}

/** A webhook is checked by the company's own adapter, so its route is the only one in api that imports a port. */
function isWebhookDoor(path: string, to: string): boolean {
  return to === 'ports' && /^src\/api\/(.+\/)?webhooks?(\.ts|\/)/.test(path);
}

/** Circles of files that import each other, found by Tarjan's algorithm. */
export function importCycles(sources: readonly Source[]): Violation[] {
  const graph = new Map(sources.map((source) => [source.path, targetsOf(source)]));
  return stronglyConnected(graph).map((circle) => ({
    path: circle[0] ?? '',
    line: 1,
    what: `is in a circle of imports: ${circle.join(' → ')}`,
  }));
}

function targetsOf(source: Source): string[] {
  return importsOf(source).flatMap(({ target }) => target ?? []);
}

function stronglyConnected(graph: ReadonlyMap<string, string[]>): string[][] {
  const found: string[][] = [];
  const stack: string[] = [];
  const seen = new Map<string, { index: number; low: number; onStack: boolean }>();
  const visit = (path: string) => {
    const self = { index: seen.size, low: seen.size, onStack: true };
    seen.set(path, self);
    stack.push(path);
    for (const target of graph.get(path) ?? []) {
      if (!seen.has(target)) self.low = Math.min(self.low, visit(target).low);
      else if (seen.get(target)?.onStack) self.low = Math.min(self.low, seen.get(target)?.index ?? 0);
    }
    if (self.low === self.index) {
      const circle = stack.splice(stack.indexOf(path));
      for (const member of circle) Object.assign(seen.get(member) ?? {}, { onStack: false });
      if (circle.length > 1 || graph.get(path)?.includes(path)) found.push(circle);
    }
    return self;
  };
  for (const path of graph.keys()) if (!seen.has(path)) visit(path);
  return found;
}
