import express from 'express';
import { requestContextOf } from '../http/request-context.ts';
import { homePage } from './home.ts';
import { mfaPage, mfaSetUpPage } from './mfa.ts';
import { mountPage } from './ops-page.ts';
import type { OpsDeps } from './ops-request.ts';
import { passwordPage } from './password.ts';
import { signInPage, signOutPage } from './sign-in.ts';

const FILES = ['style.css', 'icon.svg'];
const PAGES = [homePage, signInPage, signOutPage, mfaPage, mfaSetUpPage, passwordPage];

/** The operations pages, at /ops. */
export function opsRouter(deps: OpsDeps): express.Router {
  const router = express.Router({ caseSensitive: true });
  for (const page of PAGES) mountPage(router, deps, page(deps));
  for (const file of FILES) {
    router.get(`/ops/${file}`, (_request, response) => {
      requestContextOf(response).route = `/ops/${file}`;
      response.set('Cache-Control', 'public, max-age=3600').sendFile(file, { root: import.meta.dirname });
    });
  }
  router.use(
    '/ops/queues',
    createOnFirstRequest(async () => (await import('./queues.ts')).queueBoard(deps)),
  );
  return router;
}

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
