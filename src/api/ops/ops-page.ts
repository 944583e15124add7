import express from 'express';
import type { Permission } from '../../domain/access/permissions.ts';
import { ERRORS } from '../../domain/errors.ts';
import { failureOf, RequestFault } from '../http/errors/failure.ts';
import { limitRate } from '../http/limits/rate-limits.ts';
import { requestContextOf } from '../http/request-context.ts';
import { sendAnswer } from '../http/respond.ts';
import type { Answer, Raw } from '../http/route.ts';
import { missingCookieAdvice } from './cookie-advice.ts';
import { formCsrfToken, hasFormCookie, isFormCsrfToken, isSessionCsrfToken, sessionCsrfToken } from './cookies.ts';
import { type Html, html } from './html.ts';
import { type PageAssets, sendPage } from './layout.ts';
import { navigationOf } from './navigation.ts';
import { MFA_PATH, type OpsDeps, type OpsRequest, opsRequestOf, SIGN_IN_PATH } from './ops-request.ts';
import { alertTextOf, refusalText } from './refusal-text.ts';

export interface View {
  title: string;
  main: Html;
  status?: number;
  /** For tables: as wide as the window. */
  isWide?: true;
  assets?: PageAssets;
}

export interface Redirect {
  to: string;
}

/** An answer that is no page, such as a PDF. */
export interface Download {
  answer: Answer;
}

type PageOutcome = View | Redirect | Download;

export interface OpsPage {
  path: string;
  /** Who may open the page. `session`: signed-in staff, even before the second factor. `staff`: only after it. */
  access: 'public' | 'session' | 'staff';
  /** The permission to open a page of staff. */
  permission?: Permission;
  /** Renders the page; `alert` says why its form was refused. */
  render(opsRequest: OpsRequest, alert?: string): Promise<PageOutcome> | PageOutcome;
  /** Handles the page's form. The page shows the message of an error. */
  submit?(opsRequest: OpsRequest): Promise<View | Redirect>;
}

const readForm = express.urlencoded({ extended: false, limit: 16_384, parameterLimit: 200 });

/** Mounts the routes of a page. */
export function mountPage(router: express.Router, deps: OpsDeps, page: OpsPage): void {
  router.get(page.path, async (request, response) => {
    const opsRequest = await openRequest(deps, page, { request, response });
    await limit(deps, opsRequest, 'read');
    answer(deps, page, { opsRequest, outcome: accessRefusal(page, opsRequest) ?? (await open(page, opsRequest)) });
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

/** What a visitor sees who may not open the page: the next step of the sign-in, or why not. */
function accessRefusal({ access, permission }: OpsPage, { person }: OpsRequest): View | Redirect | undefined {
  if (access === 'public') return undefined;
  if (!person) return { to: SIGN_IN_PATH };
  if (access === 'staff' && person.awaitsMfa) return { to: MFA_PATH };
  if (permission === undefined || person.permissions.has(permission)) return undefined;
  return refusalView(403, `Your role does not allow you to see this page. It needs the permission ${permission}.`);
}

/** Renders the page, or says why it cannot be shown. */
async function open(page: OpsPage, opsRequest: OpsRequest, alert?: string): Promise<PageOutcome> {
  try {
    return await page.render(opsRequest, alert);
  } catch (error) {
    const { status } = ERRORS[failureOf(error).code];
    return refusalView(status, refusalText(error));
  }
}

const refusalView = (status: number, text: string): View => ({
  title: status === 404 ? 'Not found' : 'Not possible',
  status,
  main: html`${alertBox(text)}<p><a class="button" href="/ops">Operations</a></p>`,
});

/** Outages that a page reports as it reports a refusal: nothing was changed, and the form can be sent again later. */
const OUTAGES: ReadonlySet<string> = new Set(['SIGN_IN_UNAVAILABLE', 'QUEUE_UNAVAILABLE']);

async function submitForm(deps: OpsDeps, page: OpsPage, opsRequest: OpsRequest): Promise<PageOutcome> {
  const noAccess = accessRefusal(page, opsRequest);
  if (noAccess) return noAccess;
  if (!hasValidCsrfToken(deps, page, opsRequest)) return refusalOf(page, opsRequest);
  try {
    await limit(deps, opsRequest, page.access === 'staff' ? 'write' : 'sign-in');
    return (await page.submit?.(opsRequest)) ?? { to: page.path };
  } catch (error) {
    const failure = failureOf(error);
    if (ERRORS[failure.code].status >= 500 && !OUTAGES.has(failure.code)) throw error;
    const view = await open(page, opsRequest, alertTextOf(failure));
    for (const name in failure.headers) opsRequest.raw.response.setHeader(name, failure.headers[name] ?? '');
    return 'title' in view ? { ...view, status: ERRORS[failure.code].status } : view;
  }
}

const limit = ({ limits }: OpsDeps, { principal, raw }: OpsRequest, kind: 'read' | 'write' | 'sign-in') => {
  const method = kind === 'read' ? 'get' : 'post';
  return limitRate(
    limits,
    { access: 'public', method, ...(kind === 'sign-in' && { limit: kind }) },
    { principal, raw },
  );
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
  { opsRequest, outcome }: { opsRequest: OpsRequest; outcome: PageOutcome },
): void {
  const { request, response } = opsRequest.raw;
  response.setHeader('Cache-Control', 'no-store');
  if ('to' in outcome) {
    response.redirect(303, outcome.to);
    return;
  }
  if ('answer' in outcome) {
    sendAnswer(request, response, outcome.answer);
    return;
  }
  const { person } = opsRequest;
  if (page.access === 'public' || !person) {
    sendPage(response, outcome);
    return;
  }
  const csrfInput = csrfField(deps, page.access, opsRequest);
  const navigation = person.awaitsMfa ? undefined : navigationOf(person, request.path);
  sendPage(response, { ...outcome, csrfInput, ...(navigation && { navigation }) });
}

/** @throws RequestFault FORBIDDEN when the browser says that another site caused the request. */
export function refuseOtherSites({ headers }: express.Request): void {
  const { 'sec-fetch-site': site, origin, host } = headers;
  const isSameOrigin =
    site === undefined ? origin === undefined || URL.parse(origin)?.host === host : site === 'same-origin';
  if (!isSameOrigin) throw new RequestFault('FORBIDDEN');
}
