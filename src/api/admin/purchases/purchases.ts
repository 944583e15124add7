import { z } from 'zod';
import type { ErrorCode } from '../../../domain/errors.ts';
import { CHECKOUT_STATES, REFUND_STATES, RETURN_STATES } from '../../../domain/states.ts';
import type { ApiDeps } from '../../deps.ts';
import { emailSchema } from '../../fields/person-fields.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { placedRangeOf } from '../../orders/placed-date-range.ts';
import { pageQuery, pageSchema, paginate, readCursorId } from '../list-query.ts';
import { checkoutRoute } from './checkout-detail.ts';
import { checkoutHeadSchema, readCheckouts } from './checkout-list.ts';
import type { ListPage } from './conditions.ts';
import { paymentHeadSchema, paymentStatusSchema, readPayments } from './payment-list.ts';
import { readRefunds, refundHeadSchema } from './refund-list.ts';
import { readReturns, returnHeadSchema } from './return-list.ts';

const PATH = '/api/v1/admin';
const common = { method: 'get', permission: 'orders:read', access: 'staff' } as const;
const errors: ErrorCode[] = ['CURSOR_INVALID'];

const day = (description: string, example: string) =>
  z.iso
    .date()
    .optional()
    .meta({ description: `${description}, in India (UTC+05:30).`, examples: [example] });

/** A filter that is either set or absent. */
const onlyThose = (what: string) =>
  z
    .literal('true')
    .optional()
    .meta({ description: `\`true\`: only ${what}.` });

const listQuery = {
  ...pageQuery,
  from: day('The first day of creation', '2026-11-01'),
  to: day('The last day of creation', '2026-11-30'),
};

/** Lists of checkouts, payments, refunds and returns of all customers and guests, and one checkout. */
export const purchaseRoutes = (deps: ApiDeps): AnyRoute[] => [
  checkouts(deps),
  checkoutRoute(deps),
  payments(deps),
  refunds(deps),
  returns(deps),
];

const checkouts = ({ db, vault }: ApiDeps) =>
  route({
    ...common,
    path: `${PATH}/checkouts`,
    tag: 'Checkout',
    summary: 'List checkouts, newest first',
    query: z.strictObject({
      ...listQuery,
      state: z.enum(CHECKOUT_STATES).optional(),
      reason: z
        .string()
        .min(1)
        .max(80)
        .optional()
        .meta({
          description: 'Error code that says why they ended without an order.',
          examples: ['PRICE_CHANGED'],
        }),
      customerId: z.uuid().optional(),
      email: emailSchema.optional().meta({
        description: 'The complete e-mail address of the account, or the address that a guest entered.',
      }),
      stuck: onlyThose('checkouts that made no progress for two minutes: no worker moves them on'),
    }),
    answers: { 200: { description: 'A page of checkouts', schema: pageSchema(checkoutHeadSchema) } },
    errors,
    handle({ query: { limit, cursor, from, to, email, stuck, ...fields } }) {
      const emailIndex = email === undefined ? undefined : vault.indexOf(email);
      const filter = { ...fields, emailIndex, isStuck: stuck === 'true' };
      const list = { name: 'checkouts', filter, days: { from, to } };
      return answerPage(list, { limit, cursor }, (page) => readCheckouts(db.search, { ...filter, ...page }));
    },
  });

const payments = ({ db }: ApiDeps) =>
  route({
    ...common,
    path: `${PATH}/payments`,
    tag: 'Payments',
    summary: 'List payments, newest first',
    query: z.strictObject({
      ...listQuery,
      status: paymentStatusSchema.optional(),
      intentId: z.string().min(1).max(200).optional().meta({ description: 'The id of the payment at the provider.' }),
      checkoutId: z.uuid().optional(),
      declined: onlyThose('payments that were declined and not paid since'),
    }),
    answers: { 200: { description: 'A page of payments', schema: pageSchema(paymentHeadSchema) } },
    errors,
    handle({ query: { limit, cursor, from, to, declined, ...fields } }) {
      const filter = { ...fields, isDeclined: declined === 'true' };
      const list = { name: 'payments', filter, days: { from, to } };
      return answerPage(list, { limit, cursor }, (page) => readPayments(db.search, { ...filter, ...page }));
    },
  });

const refunds = ({ db }: ApiDeps) =>
  route({
    ...common,
    path: `${PATH}/refunds`,
    tag: 'Payments',
    summary: 'List refunds of all orders, newest first',
    query: z.strictObject({
      ...listQuery,
      state: z.enum(REFUND_STATES).optional(),
      cause: refundHeadSchema.shape.cause.optional(),
    }),
    answers: { 200: { description: 'A page of refunds', schema: pageSchema(refundHeadSchema) } },
    errors,
    handle({ query: { limit, cursor, from, to, ...filter } }) {
      const list = { name: 'refunds', filter, days: { from, to } };
      return answerPage(list, { limit, cursor }, (page) => readRefunds(db.search, { ...filter, ...page }));
    },
  });

const returns = ({ db }: ApiDeps) =>
  route({
    ...common,
    path: `${PATH}/returns`,
    tag: 'Orders',
    summary: 'List returns of all orders, newest first',
    query: z.strictObject({ ...listQuery, state: z.enum(RETURN_STATES).optional() }),
    answers: { 200: { description: 'A page of returns', schema: pageSchema(returnHeadSchema) } },
    errors,
    handle({ query: { limit, cursor, from, to, ...filter } }) {
      const list = { name: 'returns', filter, days: { from, to } };
      return answerPage(list, { limit, cursor }, (page) => readReturns(db.search, { ...filter, ...page }));
    },
  });

interface List {
  name: string;
  filter: object;
  days: { from?: string | undefined; to?: string | undefined };
}

/** Reads and answers a page. The cursor is valid only for a list with the same name, filter and days. */
async function answerPage<T extends { id: string }>(
  list: List,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
  read: (page: ListPage) => Promise<T[]>,
) {
  const { from, before: until } = placedRangeOf(list.days);
  const rows = await read({ from, until, before: readCursorId(list, cursor), limit: limit + 1 });
  return { status: 200, body: paginate(list, rows, limit) };
}
