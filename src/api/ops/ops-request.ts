import type express from 'express';
import { GUEST, type Person } from '../auth/principal.ts';
import type { SessionValidity } from '../auth/session-validity.ts';
import type { ApiDeps } from '../deps.ts';
import { requestContextOf } from '../http/request-context.ts';
import type { Call, Raw } from '../http/route.ts';
import { sessionIdFromCookie } from './cookies.ts';

export interface OpsDeps extends ApiDeps {
  /** Shared with the API, so that a revoked session ends here at the same time. */
  sessionValidity: SessionValidity;
}

export type FormFields = Readonly<Record<string, string>>;
type Texts = [query: FormFields, body: FormFields, params: FormFields];

/** A request for an operations page or of its form; usable wherever a call of the API is. */
export interface OpsRequest
  extends Pick<Call<unknown, unknown, FormFields>, 'body' | 'headers' | 'principal' | 'requestId'> {
  raw: Raw;
  query: FormFields;
  /** The parameters of the path. */
  params: FormFields;
  /** The signed-in member of staff, perhaps before the second factor. */
  person: Person | undefined;
}

export async function opsRequestOf({ secret, sessionValidity }: OpsDeps, raw: Raw): Promise<OpsRequest> {
  const { request, response } = raw;
  const sessionId = sessionIdFromCookie(secret, request);
  const holder = sessionId === undefined ? undefined : await sessionValidity.ofSession(sessionId);
  const person = holder?.kind === 'staff' ? holder : undefined;
  const { requestId } = requestContextOf(response).trace;
  const headers = request.headers as OpsRequest['headers'];
  const [query, body, params] = [request.query, request.body, request.params].map(singleTextsOf) as Texts;
  return { raw, headers, query, body, params, requestId, person, principal: person ?? GUEST };
}

/** Keeps the fields that have exactly one text value. */
function singleTextsOf(given: unknown): FormFields {
  const entries = Object.entries(given ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

export const MFA_PATH = '/ops/mfa';
export const SIGN_IN_PATH = '/ops/sign-in';

/** Whether a browser opens a page: requests for its scripts and images do not accept HTML first. */
export const wantsHtml = (request: express.Request): boolean =>
  request.method === 'GET' && request.accepts(['json', 'html']) === 'html';
