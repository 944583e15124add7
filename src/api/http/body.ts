import express from 'express';
import { RequestFault } from './errors/failure.ts';
import { invalid, type Problem } from './errors/problems.ts';
import type { Raw, RouteFacts } from './route.ts';

const LIMIT_BYTES = 100_000;
const anyType = () => true;
const json = express.json({ limit: LIMIT_BYTES, strict: false, type: anyType });
const bytes = express.raw({ limit: LIMIT_BYTES, type: anyType });
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/**
 * Reads a body of at most 100 kB as the route declares it: parsed JSON, a Buffer, or undefined without a body. A
 * streamed body stays unread for the handler.
 * @throws RequestFault UNSUPPORTED_MEDIA_TYPE for another content type, VALIDATION_FAILED for JSON that is nested too
 * deep or holds half of a surrogate pair; else the errors of body-parser.
 */
export function readBody(facts: RouteFacts, raw: Raw): Promise<unknown> {
  if (facts.rawBody) return parse(bytes, raw).then((body) => body ?? Buffer.alloc(0));
  const type = raw.request.headers['content-type'];
  if (facts.streamedBody) {
    const isDeclared = type?.split(';')[0]?.trim().toLowerCase() === facts.streamedBody;
    return isDeclared ? Promise.resolve(undefined) : Promise.reject(unsupported(raw.request, facts.streamedBody));
  }
  if (!facts.body || !hasBody(raw.request)) return Promise.resolve(undefined);
  if (type === undefined || !JSON_TYPE.test(type)) return Promise.reject(unsupported(raw.request, 'application/json'));
  return parse(json, raw).then((body) => {
    const problem = problemIn(body, MAX_LEVELS);
    if (problem) throw invalid([problem]);
    return body;
  });
}

/**
 * Levels of objects and arrays in a body. No valid body needs a third of them, and recursive code (schemas, hashes,
 * jsonb) handles many times as many.
 */
const MAX_LEVELS = 32;

/** Finds the first problem that schemas do not check; `levels` is the number of levels still allowed. */
function problemIn(value: unknown, levels: number): Problem | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : LONE_SURROGATE;
  if (value === null || typeof value !== 'object') return undefined;
  if (levels === 0) return TOO_DEEP;
  for (const [key, inner] of Object.entries(value)) {
    const problem = key.isWellFormed() ? problemIn(inner, levels - 1) : LONE_SURROGATE;
    if (problem) return problem;
  }
  return undefined;
}

const TOO_DEEP: Problem = {
  where: 'body',
  problem: 'is nested too deep',
  expected: `at most ${MAX_LEVELS} levels of objects and arrays`,
};
/** PostgreSQL cannot store such a text. */
const LONE_SURROGATE: Problem = {
  where: 'body',
  problem: 'a text holds half of a surrogate pair',
  expected: 'well-formed Unicode',
};

function hasBody({ headers }: express.Request): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

function unsupported(request: express.Request, expected: string): RequestFault {
  // Discards the body, so that the connection can carry the next request.
  request.resume();
  const problem = expected === 'application/json' ? 'is not JSON' : `is not ${expected}`;
  const details = [{ where: 'header.content-type', problem, expected }];
  const message = `The media type is not supported. Send the body as ${expected}.`;
  return new RequestFault('UNSUPPORTED_MEDIA_TYPE', { message, details });
}

const parse = (parser: express.RequestHandler, { request, response }: Raw): Promise<unknown> =>
  new Promise((resolve, reject) => {
    parser(request, response, (error?: unknown) => (error ? reject(error) : resolve(request.body)));
  });
