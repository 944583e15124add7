import express from 'express';
import { RequestFault } from './failure.ts';
import type { Raw, RouteFacts } from './route.ts';

const LIMIT = 100_000;
const any = () => true;
const json = express.json({ limit: LIMIT, strict: false, type: any, verify: noteEscapes });
const bytes = express.raw({ limit: LIMIT, type: any });
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/**
 * Reads at most 100 kB in the form the route wants: parsed JSON, bytes, or undefined when nothing was sent. What a handler
 * reads by itself is left where it is.
 * @throws RequestFault UNSUPPORTED_MEDIA_TYPE for a body that is not declared as what the route takes; body-parser's errors otherwise.
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
    if (escaped.has(raw.request) && !isText(body)) throw new RequestFault(...notText);
    return body;
  });
}

/** Requests whose JSON has an escape of a surrogate: only these can hold half a pair, which no text can be stored with. */
const escaped = new WeakSet<object>();
const SURROGATE = /\\u[dD][89a-fA-F]/;

function noteEscapes(request: object, _response: object, bytes: Buffer): void {
  if (SURROGATE.test(bytes.toString('latin1'))) escaped.add(request);
}

function isText(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (value === null || typeof value !== 'object') return true;
  return Object.entries(value).every(([key, inner]) => key.isWellFormed() && isText(inner));
}

const notText: ConstructorParameters<typeof RequestFault> = [
  'VALIDATION_FAILED',
  { details: [{ where: 'body', problem: 'a text holds half of a surrogate pair', expected: 'well-formed Unicode' }] },
];

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
