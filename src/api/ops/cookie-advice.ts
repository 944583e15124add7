import type express from 'express';

/** Browsers treat these hosts as secure without HTTPS. */
const OWN_MACHINE = /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

const REMEDY =
  'Open the page over HTTPS, or at http://localhost on the machine of the server. If a proxy serves it over HTTPS, the ' +
  'proxy must send X-Forwarded-Proto, and TRUST_PROXY must be set.';

/** Says why nobody can sign in at this address: the browser drops the session cookie. Undefined: it keeps the cookie. */
export function droppedCookiesAdvice(request: express.Request): string | undefined {
  const { hostname = '', headers } = request;
  // The header counts without TRUST_PROXY as well: this text is only advice.
  const isSecure = request.secure || headers['x-forwarded-proto'] === 'https';
  if (isSecure || OWN_MACHINE.test(hostname)) return undefined;
  return `You cannot sign in at http://${hostname}: browsers keep the session cookie only over HTTPS. ${REMEDY}`;
}

/** Says why a form came without its cookie. */
export const missingCookieAdvice = (request: express.Request): string =>
  droppedCookiesAdvice(request) ??
  `Your browser sent no cookie with the form. Allow the cookies of this site. ${REMEDY}`;
