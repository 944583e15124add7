import { randomBytes } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import type express from 'express';
import { isTokenFor, tokenFor } from '../../infra/crypto/tokens.ts';
import { DEVICE_DAYS } from '../auth/credentials/device.ts';

/** Browsers accept a `__Host-` cookie only over HTTPS or from this machine, with the path `/`: see cookie-advice.ts. */
const SESSION_COOKIE = '__Host-vcecom-ops';
const DEVICE_COOKIE = '__Host-vcecom-ops-device';
const FORM_COOKIE = '__Host-vcecom-ops-form';
/** Bull Board's client reads this cookie and sends its value as X-XSRF-TOKEN. */
const BOARD_COOKIE = 'XSRF-TOKEN';
const COOKIE_OPTIONS = { path: '/', httpOnly: true, secure: true, sameSite: 'strict' } as const;

const SESSION_VALUE = /^([0-9a-f-]{36})\.([\w-]{43})$/;
const FORM_VALUE = /^[\w-]{22}$/;

const cookieOf = ({ headers }: express.Request, name: string): string => parseCookie(headers.cookie ?? '')[name] ?? '';

/** The session id in the request's cookie; the session may have ended. Undefined without a cookie with a valid MAC. */
export function sessionIdFromCookie(secret: string, request: express.Request): string | undefined {
  const [, id = '', mac = ''] = SESSION_VALUE.exec(cookieOf(request, SESSION_COOKIE)) ?? [];
  return isTokenFor(secret, `ops:${id}`, mac) ? id : undefined;
}

/** Sets the session cookie until the browser closes; the session itself has its own expiry. */
export function setSessionCookie(secret: string, response: express.Response, sessionId: string): void {
  const value = `${sessionId}.${tokenFor(secret, `ops:${sessionId}`)}`;
  response.append('Set-Cookie', stringifySetCookie({ name: SESSION_COOKIE, value, ...COOKIE_OPTIONS }));
  clearCookie(response, FORM_COOKIE);
}

export function clearSessionCookie(response: express.Response): void {
  clearCookie(response, SESSION_COOKIE);
}

/** The unverified device token in the request's cookie; empty: none. */
export const deviceTokenFromCookie = (request: express.Request): string => cookieOf(request, DEVICE_COOKIE);

/** Sets the cookie with the device token, for the browser's next sign-in. */
export function setDeviceCookie(response: express.Response, token: string): void {
  const maxAge = DEVICE_DAYS * 86_400;
  response.append('Set-Cookie', stringifySetCookie({ name: DEVICE_COOKIE, value: token, maxAge, ...COOKIE_OPTIONS }));
}

const clearCookie = (response: express.Response, name: string): void => {
  response.append('Set-Cookie', stringifySetCookie({ name, value: '', maxAge: 0, ...COOKIE_OPTIONS }));
};

/** The CSRF token of a session's forms. */
export const sessionCsrfToken = (secret: string, sessionId: string): string => tokenFor(secret, `csrf:${sessionId}`);

/** Sets the cookie with the CSRF token for the script of Bull Board. */
export function setBoardCsrfCookie(secret: string, response: express.Response, sessionId: string): void {
  const cookie = {
    name: BOARD_COOKIE,
    value: sessionCsrfToken(secret, sessionId),
    ...COOKIE_OPTIONS,
    path: '/ops/queues',
    httpOnly: false,
  };
  response.append('Set-Cookie', stringifySetCookie(cookie));
}

export const isSessionCsrfToken = (secret: string, sessionId: string, given: string): boolean =>
  isTokenFor(secret, `csrf:${sessionId}`, given);

/** The CSRF token of a form without a session. It belongs to a cookie of its own, which is set when missing. */
export function formCsrfToken(
  secret: string,
  { request, response }: { request: express.Request; response: express.Response },
): string {
  const current = cookieOf(request, FORM_COOKIE);
  const value = FORM_VALUE.test(current) ? current : randomBytes(16).toString('base64url');
  if (value !== current)
    response.append('Set-Cookie', stringifySetCookie({ name: FORM_COOKIE, value, ...COOKIE_OPTIONS }));
  return tokenFor(secret, `form:${value}`);
}

/** Whether the browser sent back the cookie of a form without a session. */
export const hasFormCookie = (request: express.Request): boolean => FORM_VALUE.test(cookieOf(request, FORM_COOKIE));

export function isFormCsrfToken(secret: string, request: express.Request, given: string): boolean {
  const value = cookieOf(request, FORM_COOKIE);
  return FORM_VALUE.test(value) && isTokenFor(secret, `form:${value}`, given);
}
