import type express from 'express';
import { requestContextOf } from '../http/request-context.ts';
import { html } from './html.ts';
import { sendPage } from './layout.ts';
import { wantsHtml } from './ops-request.ts';

const ENTRY = {
  name: 'VCEcom',
  docs: '/api/v1/docs',
  openapi: '/api/v1/openapi.json',
  health: '/healthz',
  readiness: '/readyz',
  ops: '/ops',
};

const main = html`
<nav aria-label="This server"><ul class="tools">
  <li><a href="${ENTRY.docs}">API</a><p>Reference of all operations, with examples to try</p></li>
  <li><a href="${ENTRY.ops}">Operations</a><p>Orders and queues, for staff</p></li>
  <li><a href="${ENTRY.health}">Health</a><p>Whether this process runs</p></li>
  <li><a href="${ENTRY.readiness}">Readiness</a><p>Whether this process can serve requests</p></li>
</ul></nav>`;

/** Answers where to find documentation, health and the operations pages: as a page to browsers, else as JSON. */
export const answerEntry =
  (path: string): express.RequestHandler =>
  (request, response) => {
    requestContextOf(response).route = path;
    response.vary('Accept');
    if (wantsHtml(request)) sendPage(response, { title: ENTRY.name, main });
    else response.json(ENTRY);
  };
