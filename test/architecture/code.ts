import { type Node, SyntaxKind } from 'typescript/unstable/ast';
import {
  isAsExpression,
  isBindingElement,
  isCallExpression,
  isExportDeclaration,
  isIdentifier,
  isImportSpecifier,
  isNoSubstitutionTemplateLiteral,
  isParenthesizedExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isStringLiteral,
  isTemplateExpression,
  isTypeAssertion,
} from 'typescript/unstable/ast/is';
import { at, nodes, type Source, type Violation } from './sources.ts';

/** A rule about single nodes: says what is wrong with one, or nothing. */
type Complaint = (node: Node, source: Source) => string | undefined;

function complaints(sources: readonly Source[], complain: Complaint): Violation[] {
  return sources.flatMap((source) =>
    [...nodes(source.ast)].flatMap((node) => {
      const what = complain(node, source);
      return what === undefined ? [] : [at(source, node, what)];
    }),
  );
}

const OPENERS = /^(unitOfWork|groupedWork|.*\.(transactional|transaction|startTransaction|begin))$/s;

/** `accept` and `edit` are the two ways to write from api; a transaction anywhere else would be a third. */
export function transactionsInApi(sources: readonly Source[]): Violation[] {
  const entrances = /^src\/api\/writes\/(accept|edit)\.ts$/;
  const others = sources.filter(({ path }) => path.startsWith('src/api/') && !entrances.test(path));
  return complaints(others, (node, source) => {
    const called = isCallExpression(node) ? node.expression.getText(source.ast) : '';
    return OPENERS.test(called) ? `opens a transaction with ${called}(), which is left to accept and edit` : undefined;
  });
}

/** `update` with `set`, not `for update`, and not a word of a sentence. */
const WRITES = /\b(insert\s+into|delete\s+from|truncate\s+table|update\s+\w+(\s+(as\s+)?\w+)?\s+set)\b/i;
const OWNERS = /^src\/(entities|infra)\//;

/** Entities own every write. Infra builds the statements of any entity, and knows no table. */
export function writesOutsideEntities(sources: readonly Source[]): Violation[] {
  const others = sources.filter(({ path }) => path.startsWith('src/') && !OWNERS.test(path));
  return complaints(others, (node, source) => {
    if (isCallExpression(node) && node.expression.getText(source.ast) === 'tx.append') return 'appends a row';
    const isText = isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node) || isTemplateExpression(node);
    const written = isText ? WRITES.exec(node.getText(source.ast)) : null;
    return written ? `writes SQL (${written[0]}), which is left to src/entities` : undefined;
  });
}

/** Functions that load entities of a class, and the property with the class of a resource that staff manage. */
const LOADERS = /(^|\.)(lock|find|findOne|findOneOrFail|loadAll)$/;
const RESOURCE_CLASS = 'entity';

/** A class that is mapped to a table, and never loaded, has no behaviour: its rows are written past it. */
export function unloadedEntities(sources: readonly Source[]): Violation[] {
  const loaded = new Set<string>();
  const src = sources.filter(({ path }) => path.startsWith('src/'));
  for (const { ast } of src) {
    for (const node of nodes(ast)) {
      if (isCallExpression(node) && LOADERS.test(node.expression.getText(ast)))
        for (const argument of node.arguments) loaded.add(argument.getText(ast));
      if (isPropertyAssignment(node) && node.name.getText(ast) === RESOURCE_CLASS)
        loaded.add(node.initializer.getText(ast));
    }
  }
  return complaints(src, (node, source) => {
    const mapped = mappedBy(node, source);
    return mapped === undefined || loaded.has(mapped) ? undefined : `maps ${mapped}, which is never loaded`;
  });
}

/** The names of the classes that are mapped to tables. */
export const mappedClasses = (sources: readonly Source[]): string[] =>
  sources.flatMap((source) => [...nodes(source.ast)].flatMap((node) => mappedBy(node, source) ?? []));

const mappedBy = (node: Node, { ast }: Source): string | undefined =>
  isCallExpression(node) && node.expression.getText(ast).endsWith('.setClass')
    ? node.arguments[0]?.getText(ast)
    : undefined;

/** A machine is a pure function: time, chance and effects reach it as events, and leave it as actions. */
export function impureMachines(sources: readonly Source[]): Violation[] {
  const machines = sources.filter(({ path }) => path.startsWith('src/machines/'));
  return complaints(machines, (node, source) => {
    if (node.kind === SyntaxKind.AwaitExpression) return 'awaits';
    if (node.kind === SyntaxKind.AsyncKeyword) return 'is async';
    if (isPropertyAccessExpression(node) && node.getText(source.ast) === 'Math.random') return 'uses Math.random';
    if (isIdentifier(node) && ['Date', 'invoke'].includes(node.text)) return `uses ${node.text}`;
    return undefined;
  });
}

export function anyTypes(sources: readonly Source[]): Violation[] {
  return complaints(sources, (node) => (node.kind === SyntaxKind.AnyKeyword ? 'says any' : undefined));
}

/** A type forced through unknown is an unchecked claim. */
export function forcedTypes(sources: readonly Source[]): Violation[] {
  return complaints(sources, (node) => {
    if (!isAsExpression(node) && !isTypeAssertion(node)) return undefined;
    let inner: Node = node.expression;
    while (isParenthesizedExpression(inner)) inner = inner.expression;
    const isForced = (isAsExpression(inner) || isTypeAssertion(inner)) && inner.type.kind === SyntaxKind.UnknownKeyword;
    return isForced ? 'forces a type through unknown' : undefined;
  });
}

/** Settings are declared, checked and documented in one file. */
export function environmentReaders(sources: readonly Source[]): Violation[] {
  const others = sources.filter(({ path }) => path.startsWith('src/') && path !== 'src/infra/config.ts');
  return complaints(others, (node, source) => {
    const text = () => node.getText(source.ast);
    const isRead = isPropertyAccessExpression(node) && /^(globalThis\.)?process\.env$/.test(text());
    const isTaken = (isBindingElement(node) || isImportSpecifier(node)) && /^env\b/.test(text());
    const isFromProcess = isTaken && /\bprocess\b/.test(node.parent.parent.parent.getText(source.ast));
    return isRead || isFromProcess ? 'reads the environment, which is left to src/infra/config.ts' : undefined;
  });
}

/** A file that only passes on what others export hides where things are. */
export function barrels(sources: readonly Source[]): Violation[] {
  return sources.flatMap((source) => {
    const statements = [...source.ast.statements];
    const isBarrel =
      statements.length > 0 && statements.every((one) => isExportDeclaration(one) && one.moduleSpecifier);
    return isBarrel ? [{ path: source.path, line: 1, what: 'only passes on what other files export' }] : [];
  });
}
