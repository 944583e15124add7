import { z } from 'zod';
import { RETURN_REASONS } from '../domain/states.ts';
import { job } from './contract.ts';

/** Carries out one stored command about an order: what it is and who wants it stands in its row. */
export const carryOutCommand = job('orders', 'carry-out', z.object({ commandId: z.uuid() }));

/**
 * Has orders of guests join the account that has proved their e-mail address. `after`: those behind this order only.
 */
export const claimGuestOrders = job('orders', 'claim', z.object({ accountId: z.uuid(), after: z.uuid().optional() }));

const unitsSchema = z.strictObject({
  line: z.int().min(1).max(100_000),
  quantity: z.int().min(1).max(1_000_000),
});
const areDistinct = (lines: readonly { line: number }[]) =>
  new Set(lines.map(({ line }) => line)).size === lines.length;
const linesSchema = z
  .array(unitsSchema)
  .min(1)
  .max(500)
  .refine(areDistinct, 'Name each line once.')
  .meta({ description: 'Lines of the order, by their number, and how many units of each. Each line once.' });
const nothing = z.strictObject({});
const amountSchema = z.int().min(1).max(1_000_000_000_000);
const text = (most: number) => z.string().trim().min(1).max(most);
const ofReturn = z.strictObject({ returnId: z.uuid() });

/** What each command needs to know; the API takes it, the worker reads it again. */
export const ORDER_WORK = {
  PROCESS: nothing,
  SHIP: z.strictObject({
    lines: linesSchema.optional().meta({ description: 'Left out: everything that is still to be sent.' }),
    carrier: text(60).optional(),
    trackingNumber: text(60).optional(),
  }),
  DELIVER: z.strictObject({ shipmentId: z.uuid() }),
  CANCEL: nothing,
  CANCEL_BY_CUSTOMER: nothing,
  CANCEL_UNITS: z.strictObject({ lines: linesSchema }),
  REFUND: z
    .strictObject({
      lines: linesSchema.optional().meta({
        description:
          'Units that were sent and whose money is to go back, up to what is left of their lines on the invoice.',
      }),
      delivery: z.boolean().default(false).meta({ description: 'Whether what the delivery cost goes back too.' }),
      amount: amountSchema.optional().meta({
        description:
          'Instead of lines and delivery: paise that go back without naming units, at most what was captured and not yet asked back. The credit note takes them off the lines pro rata. Example: `5900`.',
      }),
    })
    .refine(
      ({ lines, delivery, amount }) => (amount === undefined ? lines || delivery : !lines && !delivery),
      'Say what is refunded: lines, the delivery, or both; or else an amount.',
    ),
  RECORD_REFUND: z.strictObject({
    amount: amountSchema.meta({
      description:
        'Paise that were given back outside the payment provider, at most what was captured and not yet asked back.',
    }),
  }),
  RETRY_REFUND: z.strictObject({ refundId: z.uuid() }),
  REQUEST_RETURN: z.strictObject({ lines: linesSchema, reason: z.enum(RETURN_REASONS) }),
  APPROVE_RETURN: ofReturn,
  REJECT_RETURN: ofReturn,
  WITHDRAW_RETURN: ofReturn,
  RECEIVE_RETURN: z.strictObject({
    returnId: z.uuid(),
    restock: linesSchema.optional().meta({ description: 'Units that can be sold again; left out: none.' }),
    refund: z.boolean().default(true).meta({ description: 'Whether the money of the units goes back.' }),
  }),
};

export type OrderWork = { [K in keyof typeof ORDER_WORK]: z.infer<(typeof ORDER_WORK)[K]> };
