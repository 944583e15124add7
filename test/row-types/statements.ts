import type { CallExpression } from 'typescript/unstable/ast';
import * as is from 'typescript/unstable/ast/is';
import { type Checker, SymbolFlags, type Type, TypeFlags, type TypeReference } from 'typescript/unstable/sync';
import { at, nodes, type Source } from '../architecture/sources.ts';
import type { Compiler } from './compiler.ts';
import { textsIn } from './texts.ts';

/** A property that rows are said to have, and the kinds of its values besides null: `string`, `number[]`, `Date` … */
export interface Property {
  name: string;
  isOptional: boolean;
  kinds: string[];
}

/** A statement whose rows have a type that was written by hand. */
export interface TypedStatement {
  path: string;
  line: number;
  /** Its possible texts; undefined if they are known only at run time. */
  texts: string[] | undefined;
  row: Property[];
  /** Whether rows may have other columns: the type has an index signature. */
  isOpen: boolean;
}

const RUNNERS = /\/src\/infra\/database\/(query|database|unit-of-work)\.ts$/;

/** Finds the calls of `Query` and its like, under any name, whose rows are said to have properties. */
export function typedStatements(compiler: Compiler): TypedStatement[] {
  const { checker, sources } = compiler;
  const textsOf = textsIn(compiler);
  return sources.flatMap((source) =>
    runsIn(checker, source).flatMap((call) => {
      const [text] = call.arguments;
      const type = rowOf(checker, call);
      const row = type ? propertiesOf(checker, call, type) : [];
      if (!text || !type || row.length === 0) return [];
      const { expression: callee } = call;
      const { path, line } = at(source, is.isPropertyAccessExpression(callee) ? callee.name : callee, '');
      const isOpen = checker.getIndexInfosOfType(type).length > 0;
      return [{ path, line, texts: textsOf(text), row, isOpen }];
    }),
  );
}

/** The calls that run a statement. */
function runsIn(checker: Checker, { ast }: Source): CallExpression[] {
  const calls = [...nodes(ast)].filter(is.isCallExpression);
  // One question for all: a question for each of some thousand calls takes seconds.
  const types = checker.getTypeAtLocation(calls.map(({ expression }) => expression));
  return calls.filter((call, index) => {
    const declared = types[index]?.getSymbol()?.declarations[0]?.path ?? '';
    return RUNNERS.test(declared) && checker.getResolvedSignature(call)?.getParameters()[0]?.name === 'sql';
  });
}

/** The type of the rows that a call promises, unless its caller chooses it. */
function rowOf(checker: Checker, call: CallExpression): Type | undefined {
  const promise = checker.getTypeAtLocation(call);
  const [rows] = promise?.isTypeReference() ? checker.getTypeArguments(promise) : [];
  const [row] = rows && checker.isArrayType(rows) ? checker.getTypeArguments(rows as TypeReference) : [];
  return row?.isTypeParameter() ? undefined : row;
}

const propertiesOf = (checker: Checker, call: CallExpression, row: Type): Property[] =>
  checker.getPropertiesOfType(row).map((symbol) => {
    const kinds = kindsOf(checker, checker.getTypeOfSymbolAtLocation(symbol, call));
    return { name: symbol.name, isOptional: Boolean(symbol.flags & SymbolFlags.Optional), kinds: [...new Set(kinds)] };
  });

const PRIMITIVES: [TypeFlags, string][] = [
  [TypeFlags.AnyOrUnknown, 'unknown'],
  [TypeFlags.StringLike, 'string'],
  [TypeFlags.NumberLike, 'number'],
  [TypeFlags.BooleanLike, 'boolean'],
  [TypeFlags.BigIntLike, 'bigint'],
];

function kindsOf(checker: Checker, type: Type): string[] {
  if (type.flags & (TypeFlags.Nullable | TypeFlags.Never)) return [];
  const primitive = PRIMITIVES.find(([flags]) => type.flags & flags);
  if (primitive) return [primitive[1]];
  if (type.isUnionType()) return type.getTypes().flatMap((member) => kindsOf(checker, member));
  if (checker.isArrayLikeType(type)) {
    const elements = checker.getTypeArguments(type as TypeReference).flatMap((element) => kindsOf(checker, element));
    return elements.map((kind) => `${kind}[]`);
  }
  if (type.isTypeParameter()) return ['unknown'];
  const name = type.getSymbol()?.name ?? '';
  return [CLASSES.has(name) ? name : 'object'];
}

const CLASSES: ReadonlySet<string> = new Set(['Date', 'Buffer']);
