import express from 'express';
import { RequestFault } from './errors/failure.ts';
import { invalid, type Problem } from './errors/problems.ts';
import type { Raw, RouteFacts } from './route.ts';

const LIMIT = 100_000;
const any = () => true;
const json = express.json({ limit: LIMIT, strict: false, type: any });
const bytes = express.raw({ limit: LIMIT, type: any });
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/**
 * Reads at most 100 kB in the form the route wants: parsed JSON, bytes, or undefined when nothing was sent. What a handler
 * reads by itself is left where it is.
 * @throws RequestFault UNSUPPORTED_MEDIA_TYPE for a body that is not declared as what the route takes, VALIDATION_FAILED for
 * JSON that is nested too deep or holds half of a surrogate pair; body-parser's errors otherwise.
 */
export function readBody(facts: RouteFacts, raw: Raw): Promise<unknown> {
  if (facts.rawBody) return parse(bytes, raw).then((body) => body ?? Buffer.alloc(0));
  const type = raw.request.headers['content-type'];
  if (facts.streamedBody) {
    const isDeclared = type?.split(';')[0]?.trim().toLowerCase() === facts.streamedBody;
    return isDeclared ? Promise.resolve(undefined) : Promise.reject(notOf(raw.request, facts.streamedBody));
  }
  if (!facts.body || !isSent(raw.request)) return Promise.resolve(undefined);
  if (type === undefined || !JSON_TYPE.test(type)) return Promise.reject(notOf(raw.request, 'application/json'));
  return parse(json, raw).then((body) => {
    const problem = problemIn(body, MOST_LEVELS);
    if (problem) throw invalid([problem]);
    return body;
  });
}

/**
 * Levels of objects and arrays in a body. No body of the API has a third of them, and code that calls itself for each level
 * (schemas, hashes, jsonb) bears many times as many.
 */
const MOST_LEVELS = 32;

/** The first problem of parsed JSON that no schema looks for; `levels`: how many may still come. */
function problemIn(value: unknown, levels: number): Problem | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : HALF_A_PAIR;
  if (value === null || typeof value !== 'object') return undefined;
  if (levels === 0) return TOO_DEEP;
  for (const [key, inner] of Object.entries(value)) {
    const problem = key.isWellFormed() ? problemIn(inner, levels - 1) : HALF_A_PAIR;
    if (problem) return problem;
  }
  return undefined;
}

const TOO_DEEP: Problem = {
  where: 'body',
  problem: 'is nested too deep',
  expected: `at most ${MOST_LEVELS} levels of objects and arrays`,
};
/** No text can be stored with it. */
const HALF_A_PAIR: Problem = {
  where: 'body',
  problem: 'a text holds half of a surrogate pair',
  expected: 'well-formed Unicode',
};

function isSent({ headers }: express.Request): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

function notOf(request: express.Request, expected: string): RequestFault {
  // The rest of the body is let through unread, so that the connection can be used again.
  request.resume();
  const problem = expected === 'application/json' ? 'is not JSON' : `is not ${expected}`;
  const details = [{ where: 'header.content-type', problem, expected }];
  return new RequestFault('UNSUPPORTED_MEDIA_TYPE', { details });
}

const parse = (parser: express.RequestHandler, { request, response }: Raw): Promise<unknown> =>
  new Promise((resolve, reject) => {
    parser(request, response, (error?: unknown) => (error ? reject(error) : resolve(request.body)));
  });
