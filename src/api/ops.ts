import { createHash, timingSafeEqual } from 'node:crypto';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { Queue } from 'bullmq';
import express from 'express';
import { exchangeOf } from './exchange.ts';
import { RequestFault } from './failure.ts';

const PATH = '/ops/queues';

export interface OpsOptions {
  /** For HTTP Basic, with any user name. */
  password: string;
  queues: readonly Queue[];
}

/** The operators' view of the queues (Bull Board at /ops/queues). Mount it only where a password is set. */
export function opsRouter({ password, queues }: OpsOptions): express.Router {
  const adapter = new ExpressAdapter().setBasePath(PATH);
  createBullBoard({ queues: queues.map((queue) => new BullMQAdapter(queue)), serverAdapter: adapter });
  const board: express.Express = adapter.getRouter();
  board.disable('x-powered-by');
  const router = express.Router();
  router.use(PATH, label, guard(password), refuseOtherSites, board);
  return router;
}

const label: express.RequestHandler = (_request, response, next) => {
  exchangeOf(response).route = PATH;
  next();
};

function guard(password: string): express.RequestHandler {
  const wanted = digest(password);
  return (request, _response, next) => {
    if (timingSafeEqual(digest(passwordOf(request)), wanted)) return next();
    const headers = { 'WWW-Authenticate': 'Basic realm="VCEcom operations", charset="UTF-8"' };
    throw new RequestFault('AUTHENTICATION_REQUIRED', { headers });
  };
}

/** Digests have one length, so that the comparison tells nothing about the password's. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function passwordOf(request: express.Request): string {
  const [, encoded = ''] = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(request.get('authorization') ?? '') ?? [];
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

/** Browsers send a remembered password along with requests that another site starts; those may not change anything. */
const refuseOtherSites: express.RequestHandler = (request, _response, next) => {
  const site = request.get('sec-fetch-site') ?? 'none';
  if (request.method === 'GET' || request.method === 'HEAD' || site === 'same-origin' || site === 'none') return next();
  throw new RequestFault('FORBIDDEN');
};
