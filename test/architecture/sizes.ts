import type { FunctionLikeDeclaration, Node } from 'typescript/unstable/ast';
import { SyntaxKind } from 'typescript/unstable/ast';
import { nodes, type Source, type Violation } from './sources.ts';

export interface Size {
  path: string;
  line: number;
  name: string;
  lines: number;
  parameters: number;
}

/** The length of each file in lines. */
export function fileSizes(sources: readonly Source[]): Size[] {
  return sources.map(({ path, text }) => ({
    ...{ path, line: 1, name: path, parameters: 0 },
    lines: text.trimEnd().split('\n').length,
  }));
}

/** Folders with more files than this. */
export function fullerThan(limit: number, sources: readonly Source[]): Violation[] {
  const folders = Map.groupBy(sources, ({ path }) => path.slice(0, path.lastIndexOf('/')));
  return [...folders]
    .filter(([, files]) => files.length > limit)
    .map(([path, files]) => ({ path, line: 1, what: `has ${files.length} files` }));
}

const FUNCTIONS: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.Constructor,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
]);

/** Functions, methods and arrow functions with their length; one-line callbacks without a name are left out. */
export function functionSizes(sources: readonly Source[]): Size[] {
  return sources.flatMap((source) =>
    [...nodes(source.ast)].flatMap((node) => {
      if (!isFunction(node) || !('body' in node) || node.body === undefined) return [];
      const size = sizeOf(source, node);
      return size.lines === 1 && size.name === '(callback)' ? [] : [size];
    }),
  );
}

function isFunction(node: Node): node is FunctionLikeDeclaration {
  return FUNCTIONS.has(node.kind);
}

function sizeOf(source: Source, node: FunctionLikeDeclaration): Size {
  const before = source.text.slice(0, node.getStart(source.ast)).split('\n').length;
  const lines = node.getText(source.ast).split('\n').length;
  return { path: source.path, line: before, name: nameOf(source, node), lines, parameters: node.parameters.length };
}

function nameOf(source: Source, node: FunctionLikeDeclaration): string {
  if (node.kind === SyntaxKind.Constructor) return 'constructor';
  const holder = 'name' in node && node.name ? node : node.parent;
  const isHeld = holder === node || NAMING.has(holder.kind);
  return isHeld && 'name' in holder && holder.name ? (holder.name as Node).getText(source.ast) : '(callback)';
}

const NAMING: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.VariableDeclaration,
  SyntaxKind.PropertyAssignment,
  SyntaxKind.PropertyDeclaration,
]);

/** Those longer than `limit` lines. */
export function longerThan(limit: number, sizes: readonly Size[]): Violation[] {
  const long = sizes.filter(({ lines }) => lines > limit);
  return long.map(({ path, line, name, lines }) => ({ path, line, what: `${name} has ${lines} lines` }));
}

export function withMoreParametersThan(limit: number, sizes: readonly Size[]): Violation[] {
  const many = sizes.filter(({ parameters }) => parameters > limit);
  return many.map(({ path, line, name, parameters }) => ({ path, line, what: `${name} has ${parameters} parameters` }));
}

/** The length that `share` (0 to 1) of the sizes do not exceed. */
export function quantile(share: number, sizes: readonly Size[]): number {
  const sorted = sizes.map(({ lines }) => lines).sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
