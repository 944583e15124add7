import express from 'express';
import { ERRORS } from '../../domain/errors.ts';
import { type Failure, failureOf, RequestFault } from '../http/errors/failure.ts';
import { limitRate } from '../http/limits/rate-limits.ts';
import { requestContextOf } from '../http/request-context.ts';
import type { Raw } from '../http/route.ts';
import { formProof, isFormProof, isSessionProof, sessionProof } from './cookies.ts';
import { type Html, html } from './html.ts';
import { sendPage } from './layout.ts';
import { type OpsDeps, type OpsRequest, opsRequestOf, toMfa, toSignIn } from './ops-request.ts';

export interface View {
  title: string;
  main: Html;
  status?: number;
}

export interface Redirect {
  to: string;
}

export interface Page {
  path: string;
  /** `anybody`; `begun`: whoever gave the password, though not the second factor; `staff`: who may act. */
  who: 'anybody' | 'begun' | 'staff';
  /** What is on it; `alert` says why the form was not taken. */
  show(opsRequest: OpsRequest, alert?: string): Promise<View | Redirect> | View | Redirect;
  /** Takes its form. What it throws is told on the page. */
  submit?(opsRequest: OpsRequest): Promise<View | Redirect>;
}

const readForm = express.urlencoded({ extended: false, limit: 8_192, parameterLimit: 20 });

/** Puts a page at its path. */
export function mountPage(router: express.Router, deps: OpsDeps, page: Page): void {
  router.get(page.path, async (request, response) => {
    const opsRequest = await begin(deps, page, { request, response });
    await limit(deps, opsRequest, 'get');
    answer(deps, page, { opsRequest, outcome: gate(page, opsRequest) ?? (await page.show(opsRequest)) });
  });
  if (!page.submit) return;
  router.post(page.path, readForm, async (request, response) => {
    const opsRequest = await begin(deps, page, { request, response });
    answer(deps, page, { opsRequest, outcome: await submitted(deps, page, opsRequest) });
  });
}

function begin(deps: OpsDeps, { path }: Page, raw: Raw): Promise<OpsRequest> {
  requestContextOf(raw.response).route = path;
  return opsRequestOf(deps, raw);
}

/** Where to go instead of a page that is not for the visitor. */
function gate({ who }: Page, { person }: OpsRequest): Redirect | undefined {
  if (who === 'anybody') return undefined;
  if (!person) return { to: toSignIn };
  return who === 'staff' && person.awaitsMfa ? { to: toMfa } : undefined;
}

async function submitted(deps: OpsDeps, page: Page, opsRequest: OpsRequest): Promise<View | Redirect> {
  const elsewhere = gate(page, opsRequest);
  if (elsewhere) return elsewhere;
  if (!isOurForm(deps, page, opsRequest)) return refusal;
  try {
    await limit(deps, opsRequest, 'post');
    return (await page.submit?.(opsRequest)) ?? { to: page.path };
  } catch (error) {
    const failure = failureOf(error);
    if (ERRORS[failure.code].status >= 500 && failure.code !== 'SIGN_IN_UNAVAILABLE') throw error;
    const again = await page.show(opsRequest, sentenceOf(failure));
    for (const name in failure.headers) opsRequest.raw.response.setHeader(name, failure.headers[name] ?? '');
    return 'to' in again ? again : { ...again, status: ERRORS[failure.code].status };
  }
}

const limit = ({ limits }: OpsDeps, { principal, raw }: OpsRequest, method: 'get' | 'post') =>
  limitRate(limits, { access: 'public', method, ...(method === 'post' && { limit: 'sign-in' }) }, { principal, raw });

const sentenceOf = ({ code, message, headers }: Failure): string => {
  const seconds = Number(headers?.['Retry-After'] ?? 0);
  const wait =
    seconds > 0 ? ` Wait ${seconds > 90 ? `${Math.ceil(seconds / 60)} minutes` : `${seconds} seconds`}.` : '';
  return `${message ?? ERRORS[code].message}${wait}`;
};

/** Whether the form that was sent stood on a page that we gave to this browser. */
function isOurForm({ secret }: OpsDeps, { who }: Page, { person, body, raw: { request } }: OpsRequest): boolean {
  const { proof = '' } = body;
  if (who === 'anybody') return isFormProof(secret, request, proof);
  return person !== undefined && isSessionProof(secret, person.sessionId, proof);
}

const refusal: View = {
  title: 'Not accepted',
  status: 403,
  main: html`
    <p role="alert" class="alert">The form is too old, or did not come from this site. Nothing was changed.</p>
    <p><a class="button" href="/ops">Start again</a></p>`,
};

/** What every form of a page carries; see `isOurForm`. */
export const proofField = (deps: OpsDeps, who: Page['who'], { person, raw }: OpsRequest): Html => {
  const value =
    who === 'anybody' || !person ? formProof(deps.secret, raw) : sessionProof(deps.secret, person.sessionId);
  return html`<input type="hidden" name="proof" value="${value}">`;
};

/** What was wrong with the form; read out at once. */
export const alertOf = (text: string | undefined): Html | undefined =>
  text === undefined ? undefined : html`<p role="alert" class="alert">${text}</p>`;

function answer(
  deps: OpsDeps,
  page: Page,
  { opsRequest, outcome }: { opsRequest: OpsRequest; outcome: View | Redirect },
): void {
  const { response } = opsRequest.raw;
  response.setHeader('Cache-Control', 'no-store');
  if ('to' in outcome) {
    response.redirect(303, outcome.to);
    return;
  }
  const isKnown = page.who !== 'anybody' && opsRequest.person !== undefined;
  sendPage(response, { ...outcome, ...(isKnown && { proof: proofField(deps, page.who, opsRequest) }) });
}

/** @throws RequestFault FORBIDDEN: a browser says that another site made it ask. */
export function refuseOtherSites({ headers }: express.Request): void {
  const { 'sec-fetch-site': site, origin, host } = headers;
  const isOurs = site === undefined ? origin === undefined || URL.parse(origin)?.host === host : site === 'same-origin';
  if (!isOurs) throw new RequestFault('FORBIDDEN');
}
