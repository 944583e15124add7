import express from 'express';
import { requestContextOf } from '../http/request-context.ts';
import { mfaPage, mfaSetUpPage } from './access/mfa.ts';
import { passwordPage } from './access/password.ts';
import { signInPage, signOutPage } from './access/sign-in.ts';
import { answerEntry } from './entry.ts';
import { html } from './html.ts';
import { queueListPage } from './jobs/queue-list.ts';
import { queuePage } from './jobs/queue-page.ts';
import { sendPage } from './layout.ts';
import { notificationsPage } from './notifications/notifications-page.ts';
import { mountPage } from './ops-page.ts';
import type { OpsDeps } from './ops-request.ts';
import { creditNotePage, invoicePage } from './orders/documents.ts';
import { orderListPage } from './orders/order-list.ts';
import { orderPage } from './orders/order-page.ts';
import { mountOverview, OVERVIEW_FILES, type StaticFile } from './overview/overview.ts';
import { checkoutListPage } from './purchases/checkout-list.ts';
import { checkoutPage } from './purchases/checkout-page.ts';
import { paymentListPage } from './purchases/payment-list.ts';
import { refundListPage } from './purchases/refund-list.ts';
import { checkoutReplayPage, orderReplayPage } from './purchases/replay-page.ts';
import { returnListPage } from './purchases/return-list.ts';
import { discrepancyListPage } from './reconciliation/discrepancy-list.ts';
import { discrepancyPage } from './reconciliation/discrepancy-page.ts';
import { runListPage } from './reconciliation/run-list.ts';
import { runPage } from './reconciliation/run-page.ts';
import { reviewListPage } from './reviews/review-list.ts';
import { reviewPage } from './reviews/review-page.ts';
import { levelListPage } from './stock/level-list.ts';
import { levelPage } from './stock/level-page.ts';
import { systemPage } from './system/system-page.ts';

/** Where somebody looks who knows only the address of the server. */
const ENTRIES = ['/', '/api/v1'];
const FILES: readonly StaticFile[] = [
  { path: '/ops/style.css', root: import.meta.dirname, file: 'style.css' },
  { path: '/ops/icon.svg', root: import.meta.dirname, file: 'icon.svg' },
  { path: '/ops/board.css', root: import.meta.dirname, file: 'board.css' },
  ...OVERVIEW_FILES,
];
const PAGES = [
  signInPage,
  signOutPage,
  mfaPage,
  mfaSetUpPage,
  passwordPage,
  orderListPage,
  orderPage,
  invoicePage,
  creditNotePage,
  orderReplayPage,
  checkoutListPage,
  checkoutPage,
  checkoutReplayPage,
  paymentListPage,
  refundListPage,
  returnListPage,
  reviewListPage,
  reviewPage,
  discrepancyListPage,
  // Before the page of one discrepancy: `runs` must not match `:id`.
  runListPage,
  runPage,
  discrepancyPage,
  levelListPage,
  levelPage,
  notificationsPage,
  queueListPage,
  queuePage,
  systemPage,
];

/** The operations pages, at /ops, and the entry page of the server. */
export function opsRouter(deps: OpsDeps): express.Router {
  const router = express.Router({ caseSensitive: true });
  for (const path of ENTRIES) router.get(path, answerEntry(path));
  mountOverview(router, deps);
  for (const page of PAGES) mountPage(router, deps, page(deps));
  for (const { path, root, file, cacheControl = 'public, max-age=3600' } of FILES) {
    router.get(path, (_request, response) => {
      requestContextOf(response).route = path;
      response.set('Cache-Control', cacheControl).sendFile(file, { root });
    });
  }
  router.use(
    '/ops/queues',
    createOnFirstRequest(async () => (await import('./queues.ts')).queueBoard(deps)),
  );
  router.use('/ops', answerUnknownPage);
  return router;
}

/** Answers in HTML, except clients that ask for JSON. */
const answerUnknownPage: express.RequestHandler = (request, response, next) => {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (!isRead || request.accepts(['html', 'json']) !== 'html') return next();
  const main = html`<p>There is no operations page at this address.</p><p><a class="button" href="/ops">Operations</a></p>`;
  sendPage(response, { title: 'Page not found', status: 404, main });
};

/** Creates the board at its first request: loading its packages must not delay the start of the server. */
function createOnFirstRequest(create: () => Promise<express.RequestHandler>): express.RequestHandler {
  let created: Promise<express.RequestHandler> | undefined;
  return async (request, response, next) => {
    created ??= create().catch((error) => {
      created = undefined;
      throw error;
    });
    return (await created)(request, response, next);
  };
}
