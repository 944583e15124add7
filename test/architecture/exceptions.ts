import type { Violation } from './sources.ts';

export interface Exception {
  rule: Rule;
  path: string;
  /** Text of the violation that is meant; absent: every one in this file. */
  what?: string;
  reason: string;
}

export type Rule = 'any' | 'shop words' | 'environment' | 'file size' | 'function size' | 'parameters';

/** What may break a rule, and why. An entry that is no longer needed fails the test. */
export const EXCEPTIONS: readonly Exception[] = [
  {
    rule: 'any',
    path: 'src/infra/database/connections/pipelining-client.ts',
    reason: 'the overloads of pg cannot be repeated; the arguments pass through unchanged',
  },
  {
    rule: 'shop words',
    path: 'src/infra/config.ts',
    reason: 'the one list of settings has them all, those of the shop too',
  },
  {
    rule: 'parameters',
    path: 'src/api/http/app.ts',
    what: '(callback) has 4 parameters',
    reason: 'Express knows a handler of errors by its four parameters',
  },
];

/** The violations that no exception covers. */
export function unexcused(rule: Rule, violations: readonly Violation[]): Violation[] {
  return violations.filter((violation) => !EXCEPTIONS.some((one) => one.rule === rule && covers(one, violation)));
}

/** The exceptions to a rule that cover nothing. */
export function needless(rule: Rule, violations: readonly Violation[]): Exception[] {
  return EXCEPTIONS.filter((one) => one.rule === rule && !violations.some((violation) => covers(one, violation)));
}

function covers(exception: Exception, violation: Violation): boolean {
  return exception.path === violation.path && violation.what.includes(exception.what ?? '');
}
