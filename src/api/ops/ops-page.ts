import express from 'express';
import { ERRORS } from '../../domain/errors.ts';
import { type Failure, failureOf, RequestFault } from '../http/errors/failure.ts';
import { limitRate } from '../http/limits/rate-limits.ts';
import { requestContextOf } from '../http/request-context.ts';
import type { Raw } from '../http/route.ts';
import { missingCookieAdvice } from './cookie-advice.ts';
import { formCsrfToken, hasFormCookie, isFormCsrfToken, isSessionCsrfToken, sessionCsrfToken } from './cookies.ts';
import { type Html, html } from './html.ts';
import { sendPage } from './layout.ts';
import { MFA_PATH, type OpsDeps, type OpsRequest, opsRequestOf, SIGN_IN_PATH } from './ops-request.ts';

export interface View {
  title: string;
  main: Html;
  status?: number;
}

export interface Redirect {
  to: string;
}

export interface OpsPage {
  path: string;
  /** Who may open the page. `session`: signed-in staff, even before the second factor. `staff`: only after it. */
  access: 'public' | 'session' | 'staff';
  /** Renders the page; `alert` says why its form was refused. */
  render(opsRequest: OpsRequest, alert?: string): Promise<View | Redirect> | View | Redirect;
  /** Handles the page's form. The page shows the message of an error. */
  submit?(opsRequest: OpsRequest): Promise<View | Redirect>;
}

const readForm = express.urlencoded({ extended: false, limit: 8_192, parameterLimit: 20 });

/** Mounts the routes of a page. */
export function mountPage(router: express.Router, deps: OpsDeps, page: OpsPage): void {
  router.get(page.path, async (request, response) => {
    const opsRequest = await openRequest(deps, page, { request, response });
    await limit(deps, opsRequest, 'get');
    answer(deps, page, { opsRequest, outcome: redirectOf(page, opsRequest) ?? (await page.render(opsRequest)) });
  });
  if (!page.submit) return;
  router.post(page.path, readForm, async (request, response) => {
    const opsRequest = await openRequest(deps, page, { request, response });
    answer(deps, page, { opsRequest, outcome: await submitForm(deps, page, opsRequest) });
  });
}

function openRequest(deps: OpsDeps, { path }: OpsPage, raw: Raw): Promise<OpsRequest> {
  requestContextOf(raw.response).route = path;
  return opsRequestOf(deps, raw);
}

/** The redirect of a visitor who may not open the page. */
function redirectOf({ access }: OpsPage, { person }: OpsRequest): Redirect | undefined {
  if (access === 'public') return undefined;
  if (!person) return { to: SIGN_IN_PATH };
  return access === 'staff' && person.awaitsMfa ? { to: MFA_PATH } : undefined;
}

async function submitForm(deps: OpsDeps, page: OpsPage, opsRequest: OpsRequest): Promise<View | Redirect> {
  const redirect = redirectOf(page, opsRequest);
  if (redirect) return redirect;
  if (!hasValidCsrfToken(deps, page, opsRequest)) return refusalOf(page, opsRequest);
  try {
    await limit(deps, opsRequest, 'post');
    return (await page.submit?.(opsRequest)) ?? { to: page.path };
  } catch (error) {
    const failure = failureOf(error);
    if (ERRORS[failure.code].status >= 500 && failure.code !== 'SIGN_IN_UNAVAILABLE') throw error;
    const view = await page.render(opsRequest, alertTextOf(failure));
    for (const name in failure.headers) opsRequest.raw.response.setHeader(name, failure.headers[name] ?? '');
    return 'to' in view ? view : { ...view, status: ERRORS[failure.code].status };
  }
}

const limit = ({ limits }: OpsDeps, { principal, raw }: OpsRequest, method: 'get' | 'post') =>
  limitRate(limits, { access: 'public', method, ...(method === 'post' && { limit: 'sign-in' }) }, { principal, raw });

const alertTextOf = ({ code, message, headers }: Failure): string => {
  const seconds = Number(headers?.['Retry-After'] ?? 0);
  const wait =
    seconds > 0 ? ` Wait ${seconds > 90 ? `${Math.ceil(seconds / 60)} minutes` : `${seconds} seconds`}.` : '';
  return `${message ?? ERRORS[code].message}${wait}`;
};

/** Whether the form comes from a page that this server sent to this browser. */
function hasValidCsrfToken(
  { secret }: OpsDeps,
  { access }: OpsPage,
  { person, body, raw: { request } }: OpsRequest,
): boolean {
  const { proof: token = '' } = body;
  if (access === 'public') return isFormCsrfToken(secret, request, token);
  return person !== undefined && isSessionCsrfToken(secret, person.sessionId, token);
}

function refusalOf({ access }: OpsPage, { raw: { request } }: OpsRequest): View {
  const isCookieMissing = access === 'public' && !hasFormCookie(request);
  return {
    title: 'Not accepted',
    status: 403,
    main: html`
    <p role="alert" class="alert">The form expired, or did not come from this site. Nothing was changed.${
      isCookieMissing && ` ${missingCookieAdvice(request)}`
    }</p>
    <p><a class="button" href="/ops">Start again</a></p>`,
  };
}

/** The hidden field with the CSRF token, which every form needs. */
export const csrfField = (deps: OpsDeps, access: OpsPage['access'], { person, raw }: OpsRequest): Html => {
  const value =
    access === 'public' || !person ? formCsrfToken(deps.secret, raw) : sessionCsrfToken(deps.secret, person.sessionId);
  return html`<input type="hidden" name="proof" value="${value}">`;
};

/** An alert that says what is wrong with the form; screen readers announce it. */
export const alertBox = (text: string | undefined): Html | undefined =>
  text === undefined ? undefined : html`<p role="alert" class="alert">${text}</p>`;

function answer(
  deps: OpsDeps,
  page: OpsPage,
  { opsRequest, outcome }: { opsRequest: OpsRequest; outcome: View | Redirect },
): void {
  const { response } = opsRequest.raw;
  response.setHeader('Cache-Control', 'no-store');
  if ('to' in outcome) {
    response.redirect(303, outcome.to);
    return;
  }
  const isSignedIn = page.access !== 'public' && opsRequest.person !== undefined;
  sendPage(response, { ...outcome, ...(isSignedIn && { csrfInput: csrfField(deps, page.access, opsRequest) }) });
}

/** @throws RequestFault FORBIDDEN when the browser says that another site caused the request. */
export function refuseOtherSites({ headers }: express.Request): void {
  const { 'sec-fetch-site': site, origin, host } = headers;
  const isSameOrigin =
    site === undefined ? origin === undefined || URL.parse(origin)?.host === host : site === 'same-origin';
  if (!isSameOrigin) throw new RequestFault('FORBIDDEN');
}
