import type { core } from 'zod';
import { RequestFault } from './failure.ts';

/** A problem of a request: where it is, what is wrong, what is expected. */
export interface Problem {
  where: string;
  problem: string;
  expected?: string;
}

type Issue = core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Bounds the answer to a request with thousands of problems. */
const MAX_PROBLEMS = 20;

/** The error of a request that does not match the route's schemas. */
export const invalid = (problems: Problem[]): RequestFault =>
  new RequestFault('VALIDATION_FAILED', { details: problems.slice(0, MAX_PROBLEMS) });

/** Converts zod's issues with `value`, from `where` (path, query or body), into problems in the API's terms. */
export function problemsOf(issues: readonly Issue[], found: { where: string; value: unknown }): Problem[] {
  return issues.slice(0, MAX_PROBLEMS).flatMap((issue) => describe(issue, found));
}

function describe(issue: Issue, found: { where: string; value: unknown }): Problem[] {
  const where = place(found.where, issue.path);
  const value = valueAt(found.value, issue.path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, MAX_PROBLEMS).map((key) => unknownField(where, key));
  if (issue.code === 'invalid_union') return describeUnion(issue, { where, value });
  const expected = expectation(issue);
  const problem = value === undefined ? 'is missing' : issue.message;
  return [expected === undefined ? { where, problem } : { where, problem, expected }];
}

const unknownField = (where: string, key: string): Problem => ({
  where: place(where, [key.slice(0, 100)]),
  problem: 'is an unknown field',
  expected: 'no such field',
});

/**
 * Describes only one branch of a union: the issues of all branches together would confuse. A branch of the value's type
 * comes first, then the one with the fewest issues.
 */
function describeUnion(issue: core.$ZodIssueInvalidUnion, found: { where: string; value: unknown }): Problem[] {
  const best = issue.errors.toSorted((a, b) => mismatch(a) - mismatch(b) || weight(a) - weight(b))[0];
  if (best?.length) return problemsOf(best, found);
  return [{ where: found.where, problem: found.value === undefined ? 'is missing' : issue.message }];
}

const mismatch = (issues: readonly Issue[]): number =>
  issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0) ? 1 : 0;

const weight = (issues: readonly Issue[]): number =>
  issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);

function expectation(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected;
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit(issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unit(issue.origin)}`;
    case 'invalid_format':
      return issue.format === 'regex' ? `text like ${issue.pattern}` : issue.format;
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'custom':
      return typeof issue.params?.expected === 'string' ? issue.params.expected : undefined;
    default:
      return undefined;
  }
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' || origin === 'set' ? ' items' : '';
}

/** `body` and ['items', 0, 'quantity'] make `body.items[0].quantity`. */
function place(where: string, path: Path): string {
  return path.reduce<string>((text, key) => text + (typeof key === 'number' ? `[${key}]` : `.${String(key)}`), where);
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = Reflect.get(at, key);
  }
  return at;
}
