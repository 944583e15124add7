import { createContext, Script } from 'node:vm';
import { SyntaxKind } from 'typescript/unstable/ast';
import { isNewExpression } from 'typescript/unstable/ast/is';
import { scaled } from '../support/pace.ts';
import { at, nodes, type Source, type Violation } from './sources.ts';

/** In UTF-16 units: a linear expression needs less than a millisecond for it, a quadratic one half a second. */
const LENGTH = 30_000;
/** For one text, in milliseconds. */
const LIMIT_MS = 40;
/** Whatever else the machine does only makes it slower: the best of these attempts counts. */
const ATTEMPTS = 3;
/** Exponential ones would never end, in milliseconds. */
const CUT_OFF_MS = 2_000;

/** Signs that most expressions treat differently; those that an expression names itself come on top. */
const SIGNS = ['a', '0', ' ', '-', '.', '/', '\t', 'क'];

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
  const given = { expression, texts: hostileTexts(expression), limitMs: scaled(LIMIT_MS), attempts: ATTEMPTS };
  try {
    const slow = TRY.runInContext(createContext({ ...given, performance }), { timeout: scaled(CUT_OFF_MS) });
    return slow === undefined ? undefined : `takes more than linear time for ${JSON.stringify(slow)}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'may never end';
    throw error;
  }
}

const TRY = new Script(`
  const took = (text) => {
    const start = performance.now();
    expression.lastIndex = 0;
    expression.test(text);
    return performance.now() - start;
  };
  const isSlow = (text) => {
    for (let attempt = 1; attempt <= attempts; attempt += 1) if (took(text) < limitMs) return false;
    return true;
  };
  const slow = texts.find(isSlow);
  slow?.slice(0, 12);
`);

function hostileTexts({ source }: RegExp): string[] {
  const named = source.replace(/\\[pP]\{[^}]*\}|\\u\{?[0-9a-f]+\}?|\\./gi, '').match(/[\w .@/:;,<>=&"'#*+-]/g) ?? [];
  const words = source.match(/[A-Za-z]{2,}/g) ?? [];
  const signs = [...new Set([...SIGNS, ...named.slice(0, 6), ...words.slice(0, 3)])];
  const units = signs.flatMap((one, index) => [one, ...signs.slice(index + 1).map((other) => one + other)]);
  // No expression ends with this sign: what it has matched so far, it has to give up again.
  return units.map((unit) => `${unit.repeat(LENGTH / unit.length)}\u0000`);
}
