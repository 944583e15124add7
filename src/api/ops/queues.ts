import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type express from 'express';
import { unavailable } from '../../domain/errors.ts';
import { adminEdit, noContent } from '../admin/change.ts';
import type { Person } from '../auth/principal.ts';
import { RequestFault } from '../http/errors/failure.ts';
import { limitRate } from '../http/limits/rate-limits.ts';
import { requestContextOf } from '../http/request-context.ts';
import { isSessionCsrfToken, setBoardCsrfCookie } from './cookies.ts';
import { html } from './html.ts';
import { sendPage } from './layout.ts';
import { refuseOtherSites } from './ops-page.ts';
import { MFA_PATH, type OpsDeps, type OpsRequest, opsRequestOf, SIGN_IN_PATH, wantsHtml } from './ops-request.ts';

const PATH = '/ops/queues';
const ICON = '/ops/icon.svg';
/** The hash of the inline style that the board's script adds to the page. */
const BOARD_STYLE = "'sha256-r2N1TB/gHbBtBZFKg7ejmq1acVSREzucTAEw6ga4hoU='";
const POLICY =
  `default-src 'none'; script-src 'self'; style-src 'self' ${BOARD_STYLE}; ` +
  "img-src 'self' data:; connect-src 'self'; " +
  "font-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

/** Serves Bull Board to signed-in staff; without `queues:operate` it is read-only. */
export function queueBoard(deps: OpsDeps): express.RequestHandler {
  const boards = { readOnly: boardOf(deps, true), operate: boardOf(deps, false) };
  return async (request, response, next) => {
    requestContextOf(response).route = PATH;
    response.set('Content-Security-Policy', POLICY);
    const opsRequest = await opsRequestOf(deps, { request, response });
    const { person } = opsRequest;
    await limitRate(
      deps.limits,
      { access: 'person', method: isSafe(request) ? 'get' : 'post' },
      { principal: opsRequest.principal, raw: opsRequest.raw },
    );
    if (!person || person.awaitsMfa || !person.permissions.has('queues:view')) return refuseAccess(opsRequest);
    if (!isSafe(request)) await admitChange(deps, opsRequest, person);
    if (request.path.startsWith('/api/') && !deps.queues.isConnected()) throw unavailable('QUEUE_UNAVAILABLE');
    if (wantsHtml(request)) setBoardCsrfCookie(deps.secret, response, person.sessionId);
    const board = person.permissions.has('queues:operate') ? boards.operate : boards.readOnly;
    adaptPage(board, response, next);
    // The board's static files are public and set their own cache time.
    if (request.path.startsWith('/static/')) response.removeHeader('Cache-Control');
    board(request, response, next);
  };
}

const isSafe = ({ method }: express.Request): boolean => method === 'GET' || method === 'HEAD';

/**
 * Refuses a caller without access: a page redirects to the next sign-in step.
 * @throws RequestFault AUTHENTICATION_REQUIRED, MFA_REQUIRED, FORBIDDEN for other requests.
 */
function refuseAccess({ person, raw: { request, response } }: OpsRequest): void {
  if (!wantsHtml(request)) {
    if (!person) throw new RequestFault('AUTHENTICATION_REQUIRED');
    if (person.awaitsMfa) throw new RequestFault('MFA_REQUIRED');
    throw new RequestFault('FORBIDDEN', { details: { missing: 'queues:view' } });
  }
  if (!person || person.awaitsMfa) {
    response.redirect(303, person ? MFA_PATH : SIGN_IN_PATH);
    return;
  }
  const main = html`<p role="alert" class="alert">Your role does not allow you to see the queues.</p><p><a class="button" href="/ops">Back</a></p>`;
  sendPage(response, { title: 'Queues', status: 403, main });
}

/**
 * Admits a change of the queues after writing it to the audit log: an entry without an effect is acceptable, an effect
 * without an entry is not.
 * @throws RequestFault FORBIDDEN.
 */
async function admitChange(deps: OpsDeps, opsRequest: OpsRequest, { sessionId, permissions }: Person): Promise<void> {
  const { request } = opsRequest.raw;
  refuseOtherSites(request);
  if (!isSessionCsrfToken(deps.secret, sessionId, request.get('x-xsrf-token') ?? ''))
    throw new RequestFault('FORBIDDEN');
  if (!permissions.has('queues:operate')) {
    throw new RequestFault('FORBIDDEN', { details: { missing: 'queues:operate' } });
  }
  const { method, path } = request;
  const work = async () => ({
    answer: noContent,
    target: { type: 'queue', id: queueIn(deps, path) },
    before: null,
    after: { method, path: path.slice(0, 300) },
  });
  await adminEdit(deps, opsRequest, { action: 'queue.operate', scope: path, isSecret: true, work });
}

/** The name of the queue that a path of the board changes; `all`: every queue. */
function queueIn({ queues }: OpsDeps, path: string): string {
  const [, name] = /^\/api\/queues\/([^/]+)\//.exec(path) ?? [];
  return queues.all.find((queue) => queue.name === name)?.name ?? 'all';
}

function boardOf({ queues }: OpsDeps, readOnlyMode: boolean): express.Express {
  const adapter = new ExpressAdapter().setBasePath(PATH);
  const adapters = queues.all.map((queue) => new BullMQAdapter(queue, { readOnlyMode }));
  const uiConfig = {
    boardTitle: 'VCEcom queues',
    boardLogo: { path: ICON, width: 28, height: 28 },
    favIcon: { default: ICON, alternative: ICON },
    miscLinks: [{ text: 'Operations', url: '/ops' }],
    hideDocsLink: true,
  };
  createBullBoard({ queues: adapters, serverAdapter: adapter, options: { uiConfig } });
  const board: express.Express = adapter.getRouter();
  board.disable('x-powered-by');
  return board;
}

/** Links above the board, whose own link to the operations pages is in a menu. */
const WAY_BACK =
  '<nav class="way-back" aria-label="Operations"><a href="/ops">VCEcom operations</a> <a href="/ops/jobs">Failed jobs</a></nav>';

/**
 * Gives the board's page the colours of the site and a way back, and removes the font link to Google and the inline
 * styles of its loading screen, which the content security policy blocks.
 */
function adaptPage(board: express.Express, response: express.Response, next: express.NextFunction): void {
  const render = (view: string, params: object) =>
    board.render(view, params, (error: Error | null, markup: string) => {
      if (error) next(error);
      else
        response.type('html').send(
          markup
            .replace(/<link[^<>]+fonts\.googleapis\.com[^<>]*>|<style>[^<]*<\/style>| style="[^"]*"/gs, '')
            .replace('</head>', '<link href="/ops/board.css" rel="stylesheet"></head>')
            .replace(/<body[^<>]*>/, (body) => body + WAY_BACK),
        );
    });
  Object.assign(response, { render });
}
