import { type Books, type IntentDecision, InvalidRequest, integer, intentOf } from './books/books.ts';
import type { Ledger } from './books/ledger.ts';
import { cancelIntent, confirmIntent, createIntent } from './intents.ts';
import { createRefund } from './refunds.ts';
import { renderEvent, renderIntent, renderRefund } from './render.ts';

/** `reads` returns a JSON body; `decides` returns a change. `form` is the body or the query string. */
export type Route =
  | { reads: (books: Books, form: URLSearchParams) => object }
  | { decides: (books: Books, form: URLSearchParams) => IntentDecision };

/** Finds the route of a request under /v1. @throws InvalidRequest 404 for a route that is not simulated. */
export function routeOf(method: string, path: string): Route {
  const [noun = '', id = '', verb = '', ...rest] = path.slice('/v1/'.length).split('/');
  const shape = `${method} ${noun}${id && '/:id'}${verb && `/${verb}`}`;
  const route = rest.length === 0 ? ROUTES[shape] : undefined;
  if (route) return route(id);
  throw new InvalidRequest(`Unrecognized request URL (${method}: ${path}).`, { status: 404 });
}

const ROUTES: Record<string, (id: string) => Route> = {
  'POST payment_intents': () => ({ decides: createIntent }),
  'GET payment_intents': () => ({ reads: listIntents }),
  'GET payment_intents/:id': (id) => ({
    reads: (books, form) => renderIntent(intentOf(books, id), expandsCharge(form)),
  }),
  'POST payment_intents/:id/confirm': (id) => ({
    decides: (books, form) => confirmIntent(books, intentOf(books, id), form),
  }),
  'POST payment_intents/:id/cancel': (id) => ({ decides: (books) => cancelIntent(intentOf(books, id)) }),
  'POST refunds': () => ({ decides: createRefund }),
  'GET refunds': () => ({ reads: listRefunds }),
  'GET refunds/:id': (id) => ({ reads: ({ state }) => renderRefund(found(state.refunds, id)) }),
  'GET events': () => ({ reads: listEvents }),
  'GET events/:id': (id) => ({ reads: ({ state }) => renderEvent(found(state.events, id)) }),
};

/** True when the request asks for charges as objects (`expand[]=latest_charge`) instead of ids. */
export function expandsCharge(form: URLSearchParams): boolean {
  for (const [name, value] of form) if (name.startsWith('expand[') && value.endsWith('latest_charge')) return true;
  return false;
}

function listIntents({ state }: Books, form: URLSearchParams): object {
  const expand = expandsCharge(form);
  return list(state.intents, form, { render: (row) => renderIntent(row, expand), filters: {} });
}

function listRefunds({ state }: Books, form: URLSearchParams): object {
  return list(state.refunds, form, { render: renderRefund, filters: { payment_intent: 'intent', charge: 'charge' } });
}

function listEvents({ state }: Books, form: URLSearchParams): object {
  return list(state.events, form, { render: renderEvent, filters: { type: 'type' } });
}

const PAGING = ['limit', 'starting_after', 'created[gte]', 'created[lte]'];

interface Listing<Row> {
  render(row: Row): object;
  /** The query parameters that filter the list, and the column of each. */
  filters: Record<string, keyof Row & string>;
}

function list<Row extends { created: number }>(
  ledger: Ledger<Row>,
  form: URLSearchParams,
  { render, filters }: Listing<Row>,
): object {
  for (const name of form.keys()) {
    const isKnown = PAGING.includes(name) || Object.hasOwn(filters, name) || name.startsWith('expand[');
    if (!isKnown)
      throw new InvalidRequest(`Received unknown parameter: ${name}`, { code: 'parameter_unknown', param: name });
  }
  const active = Object.entries(filters).filter(([name]) => form.has(name));
  const until = integer(form, 'created[lte]', Number.MAX_SAFE_INTEGER);
  const matches = (row: Row) =>
    row.created <= until && active.every(([name, column]) => row[column] === form.get(name));
  const limit = Math.min(Math.max(integer(form, 'limit', 10), 1), 100);
  const after = form.get('starting_after');
  const page = ledger.page({ since: integer(form, 'created[gte]', 0), limit, after }, matches);
  if (!page)
    throw new InvalidRequest(`No such object: '${after}'`, { code: 'resource_missing', param: 'starting_after' });
  return { object: 'list', data: page.rows.map(render), has_more: page.hasMore };
}

function found<Row>(ledger: Ledger<Row>, id: string): Row {
  const row = ledger.get(id);
  if (row) return row;
  throw new InvalidRequest(`No such object: '${id}'`, { status: 404, code: 'resource_missing', param: 'id' });
}
