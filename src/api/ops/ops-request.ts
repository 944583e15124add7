import type express from 'express';
import { GUEST, type Person } from '../auth/principal.ts';
import type { SessionValidity } from '../auth/session-validity.ts';
import type { ApiDeps } from '../deps.ts';
import { requestContextOf } from '../http/request-context.ts';
import type { Call, Raw } from '../http/route.ts';
import { shownSession } from './cookies.ts';

export interface OpsDeps extends ApiDeps {
  /** Those that the API asks, too: what is revoked is refused here as soon as there. */
  sessionValidity: SessionValidity;
}

export type Fields = Readonly<Record<string, string>>;

/** Somebody asks for a page, or sends its form. Everything that takes a call of the API takes it. */
export interface OpsRequest
  extends Pick<Call<unknown, unknown, Fields>, 'body' | 'headers' | 'principal' | 'requestId'> {
  raw: Raw;
  query: Fields;
  /** The member of staff who is signed in; the second factor may still be missing. */
  person: Person | undefined;
}

export async function opsRequestOf({ secret, sessionValidity }: OpsDeps, raw: Raw): Promise<OpsRequest> {
  const { request, response } = raw;
  const sessionId = shownSession(secret, request);
  const holder = sessionId === undefined ? undefined : await sessionValidity.ofSession(sessionId);
  const person = holder?.kind === 'staff' ? holder : undefined;
  const { requestId } = requestContextOf(response).trace;
  const headers = request.headers as OpsRequest['headers'];
  const [query, body] = [textsOf(request.query), textsOf(request.body)];
  return { raw, headers, query, body, requestId, person, principal: person ?? GUEST };
}

/** Whatever is given once, as a text. */
function textsOf(given: unknown): Fields {
  const entries = Object.entries(given ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** Where whoever is signed in half has to go on. */
export const toMfa = '/ops/mfa';
export const toSignIn = '/ops/sign-in';

/** Whether a person reads the answer; scripts and pictures of a page are fetched with other wishes. */
export const wantsPage = (request: express.Request): boolean =>
  request.method === 'GET' && request.accepts(['json', 'html']) === 'html';
