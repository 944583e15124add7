import { randomBytes } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import type express from 'express';
import { isTokenFor, tokenFor } from '../../infra/crypto/tokens.ts';
import { DEVICE_DAYS } from '../auth/credentials/device.ts';

/** Browsers take a `__Host-` cookie only from this very host over HTTPS (or from the local machine), and for no other path. */
const SESSION = '__Host-vcecom-ops';
const DEVICE = '__Host-vcecom-ops-device';
const FORM = '__Host-vcecom-ops-form';
/** The name that the client of Bull Board reads by itself, to send the value back as X-XSRF-TOKEN. */
const BOARD = 'XSRF-TOKEN';
const STRICT = { path: '/', httpOnly: true, secure: true, sameSite: 'strict' } as const;

const SESSION_VALUE = /^([0-9a-f-]{36})\.([\w-]{43})$/;
const FORM_VALUE = /^[\w-]{22}$/;

const cookieOf = ({ headers }: express.Request, name: string): string => parseCookie(headers.cookie ?? '')[name] ?? '';

/** The session that a request shows, which may have ended since; undefined without a cookie that we made. */
export function shownSession(secret: string, request: express.Request): string | undefined {
  const [, id = '', mac = ''] = SESSION_VALUE.exec(cookieOf(request, SESSION)) ?? [];
  return isTokenFor(secret, `ops:${id}`, mac) ? id : undefined;
}

/** Gives the browser a session. It goes when the browser is closed; the session itself ends by its own rules. */
export function keepSession(secret: string, response: express.Response, sessionId: string): void {
  const value = `${sessionId}.${tokenFor(secret, `ops:${sessionId}`)}`;
  response.append('Set-Cookie', stringifySetCookie({ name: SESSION, value, ...STRICT }));
  dropCookie(response, FORM);
}

export function dropSession(response: express.Response): void {
  dropCookie(response, SESSION);
}

/** The device token that a request shows, whatever it is worth. */
export const shownDevice = (request: express.Request): string => cookieOf(request, DEVICE);

/** Lets the browser show with its next sign-in that it signed in before. */
export function keepDevice(response: express.Response, token: string): void {
  const maxAge = DEVICE_DAYS * 86_400;
  response.append('Set-Cookie', stringifySetCookie({ name: DEVICE, value: token, maxAge, ...STRICT }));
}

const dropCookie = (response: express.Response, name: string): void => {
  response.append('Set-Cookie', stringifySetCookie({ name, value: '', maxAge: 0, ...STRICT }));
};

/** What the forms of a session carry, which no other site can know. */
export const sessionProof = (secret: string, sessionId: string): string => tokenFor(secret, `csrf:${sessionId}`);

/** Lets the script of the board show that it runs on our page. */
export function keepBoardProof(secret: string, response: express.Response, sessionId: string): void {
  const cookie = {
    name: BOARD,
    value: sessionProof(secret, sessionId),
    ...STRICT,
    path: '/ops/queues',
    httpOnly: false,
  };
  response.append('Set-Cookie', stringifySetCookie(cookie));
}

export const isSessionProof = (secret: string, sessionId: string, given: string): boolean =>
  isTokenFor(secret, `csrf:${sessionId}`, given);

/** What a form carries before there is a session: it goes with a cookie of its own, which is made when it is missing. */
export function formProof(
  secret: string,
  { request, response }: { request: express.Request; response: express.Response },
): string {
  const known = cookieOf(request, FORM);
  const value = FORM_VALUE.test(known) ? known : randomBytes(16).toString('base64url');
  if (value !== known) response.append('Set-Cookie', stringifySetCookie({ name: FORM, value, ...STRICT }));
  return tokenFor(secret, `form:${value}`);
}

export function isFormProof(secret: string, request: express.Request, given: string): boolean {
  const value = cookieOf(request, FORM);
  return FORM_VALUE.test(value) && isTokenFor(secret, `form:${value}`, given);
}
