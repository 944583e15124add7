import { createContext, Script } from 'node:vm';
import { SyntaxKind } from 'typescript/unstable/ast';
import { isNewExpression } from 'typescript/unstable/ast/is';
import { scaled } from '../support/pace.ts';
import { at, nodes, type Source, type Violation } from './sources.ts';

/** Quadratic time shows at this length, in UTF-16 units. */
const LENGTH = 10_000;
/** For all hostile texts of one expression, in milliseconds: a linear one needs a tenth of it, a quadratic one some seconds. */
const LIMIT_MS = 600;

/** Signs that most expressions treat differently; those that an expression names itself come on top. */
const SIGNS = ['a', 'A', '0', ' ', '-', '.', '_', '@', '/', '\t', 'क'];

/** Regular expressions that a text can keep busy. */
export function slowExpressions(sources: readonly Source[]): Violation[] {
  return sources.flatMap((source) =>
    [...nodes(source.ast)].flatMap((node) => {
      if (node.kind !== SyntaxKind.RegularExpressionLiteral) return [];
      const text = node.getText(source.ast);
      const [, pattern = '', flags = ''] = /^\/(.*)\/(\w*)$/s.exec(text) ?? [];
      const problem = problemOf(new RegExp(pattern, flags));
      return problem ? [at(source, node, `${text} ${problem}`)] : [];
    }),
  );
}

/** Expressions made of parts are not seen here: each of these files has a test of its own. */
export function madeExpressions(sources: readonly Source[]): string[] {
  const made = sources.filter(({ ast }) =>
    [...nodes(ast)].some((node) => isNewExpression(node) && node.expression.getText(ast) === 'RegExp'),
  );
  return made.map(({ path }) => path);
}

/** @returns what is wrong with an expression, if anything */
export function problemOf(expression: RegExp): string | undefined {
  const texts = hostileTexts(expression);
  const context = createContext({ expression, texts });
  try {
    TRY.runInContext(context, { timeout: scaled(LIMIT_MS) });
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    return 'takes more than linear time';
  }
}

const TRY = new Script(`for (const text of texts) { expression.lastIndex = 0; expression.test(text); }`);

function hostileTexts({ source }: RegExp): string[] {
  const named = source.replace(/\\[pP]\{[^}]*\}|\\u\{?[0-9a-f]+\}?|\\./gi, '').match(/[\w .@/:;,<>=&"'#*+-]/g) ?? [];
  const words = source.match(/[A-Za-z]{2,}/g) ?? [];
  const signs = [...new Set([...SIGNS, ...named.slice(0, 12), ...words.slice(0, 8)])];
  const units = signs.flatMap((one) => [one, ...signs.filter((other) => other !== one).map((other) => one + other)]);
  return units.flatMap((unit) => {
    const text = unit.repeat(LENGTH / unit.length);
    return [`${text}\u0000`, `x${text}\u0000`];
  });
}
