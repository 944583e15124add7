import { z } from 'zod';
import { orderNumber } from '../../../domain/orders/number.ts';
import { CHECKOUT_STATES } from '../../../domain/states.ts';
import { forEachCall } from '../../../infra/database/groups/merged-statements.ts';
import type { Query } from '../../../infra/database/query.ts';

const stepSchema = z
  .object({ from: z.string().nullable(), to: z.enum(CHECKOUT_STATES), event: z.string(), at: z.iso.datetime() })
  .meta({ id: 'CheckoutStep' });

export const checkoutSchema = z
  .object({
    id: z.uuid(),
    state: z.enum(CHECKOUT_STATES),
    reason: z
      .string()
      .optional()
      .meta({ description: 'Error code that says why the checkout ended without an order, e.g. `PRICE_CHANGED`.' }),
    reasonDetails: z.record(z.string(), z.unknown()).optional(),
    cartId: z.uuid(),
    orderId: z.uuid().optional(),
    orderNumber: z.string().optional(),
    total: z.int().optional().meta({ description: 'Paise.' }),
    currency: z.string(),
    payment: z
      .object({
        provider: z.string(),
        intentId: z.string().nullable(),
        clientSecret: z.string().nullable(),
        status: z.string(),
        declineCode: z.string().optional().meta({
          description:
            "The provider's code for the last decline; `payment_method_invalid` if the provider refused the payment method.",
        }),
      })
      .optional(),
    expiresAt: z.iso.datetime().optional().meta({
      description:
        'End of the stock reservation. The reservation is short at first and takes its full length once the client sends a payment method.',
    }),
    history: z.array(stepSchema),
    version: z.int(),
  })
  .meta({ id: 'Checkout' });

/** The responses of every checkout route. */
export const checkoutAnswers = {
  200: { description: 'The checkout; the server has no pending work on it', schema: checkoutSchema },
  202: { description: 'The checkout; the server still works on it', schema: checkoutSchema },
};

export type CheckoutView = z.infer<typeof checkoutSchema>;

/** A checkout and its owner. */
export interface CheckoutReading {
  view: CheckoutView;
  /** Null: the checkout belongs to the holder of the cart's token. */
  customerId: string | null;
  /** Whether a worker still works on the checkout. */
  busy: boolean;
}

interface CheckoutRow extends Pick<CheckoutView, 'id' | 'state' | 'cartId' | 'currency' | 'history' | 'version'> {
  busy: boolean;
  customerId: string | null;
  reason: string | null;
  reasonDetails: Record<string, unknown> | null;
  orderId: string;
  orderNumber: number | null;
  total: number | null;
  expiresAt: Date | null;
  provider: string | null;
  intentId: string | null;
  clientSecret: string | null;
  paymentStatus: string;
  declineCode: string | null;
}

/** A checkout's id and the customer who asks for it. Checkouts of other customers are not found. */
export interface CheckoutKey {
  id: string;
  customerId: string | null | undefined;
}

const CHECKOUT = forEachCall(
  `select c.id, c.state, c.busy, c.reason, c.reason_details as "reasonDetails", c.customer_id as "customerId", c.cart_id as "cartId",
      c.order_id as "orderId", n.number as "orderNumber", c.total, c.currency, c.expires_at as "expiresAt", c.version,
      p.provider, p.intent_id as "intentId", p.client_secret as "clientSecret", p.status as "paymentStatus",
      p.decline_code as "declineCode",
      (select coalesce(json_agg(json_build_object('from', h.from_state, 'to', h.to_state, 'event', h.event,
          'at', to_char(h.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by h.seq), '[]')
        from checkout_history h where h.checkout_id = c.id and h.accepted) as history
    from checkouts c left join payments p on p.checkout_id = c.id left join order_numbers n on n.order_id = c.order_id
    where c.id = $1 and (c.customer_id is null or c.customer_id = $2)`,
  ['uuid', 'uuid'],
);

/** Reads a checkout with its payment, order number and history in one statement. */
export async function readCheckout(
  query: Query,
  { id, customerId = null }: CheckoutKey,
): Promise<CheckoutReading | undefined> {
  const [row] = await query<CheckoutRow>(CHECKOUT, [id, customerId]);
  return row && { view: toView(row), customerId: row.customerId, busy: row.busy };
}

function toView(row: CheckoutRow): CheckoutView {
  const { id, state, cartId, currency, history, version, provider, intentId, clientSecret, declineCode } = row;
  const payment = provider && {
    provider,
    intentId,
    clientSecret,
    status: row.paymentStatus,
    ...withoutNulls({ declineCode }),
  };
  return {
    id,
    state,
    ...withoutNulls({ reason: row.reason, reasonDetails: row.reasonDetails }),
    cartId,
    ...(row.orderNumber !== null && { orderId: row.orderId, orderNumber: orderNumber(row.orderNumber) }),
    ...withoutNulls({ total: row.total }),
    currency,
    ...(payment && { payment }),
    ...(row.expiresAt && { expiresAt: row.expiresAt.toISOString() }),
    history,
    version,
  };
}

/** Removes the fields that are null. */
const withoutNulls = <T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
