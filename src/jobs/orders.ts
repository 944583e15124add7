import { z } from 'zod';
import { MAX_PAISE } from '../domain/money/money.ts';
import { RETURN_REASONS } from '../domain/states.ts';
import { job } from './contract.ts';

/** Executes one stored order command. Its row holds the kind, the input and the actor. */
export const carryOutCommand = job('orders', 'carry-out', z.object({ commandId: z.uuid() }));

/**
 * Adds guest orders to the account that verified their e-mail address. `after`: only orders after this id.
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
  .refine(areDistinct, 'Each line may appear only once.')
  .meta({ description: 'Order lines by number, with the units of each. Each line may appear only once.' });
const emptySchema = z.strictObject({});
const amountSchema = z.int().min(1).max(MAX_PAISE);
const textSchema = (maxLength: number) => z.string().trim().min(1).max(maxLength);
const returnSchema = z.strictObject({ returnId: z.uuid() });

/** The input schema of each order command. The API validates the input, the worker parses it again. */
export const ORDER_COMMAND_INPUTS = {
  PROCESS: emptySchema,
  SHIP: z.strictObject({
    lines: linesSchema
      .optional()
      .meta({ description: 'The units in the parcel. Default: all units that are not shipped or cancelled yet.' }),
    carrier: textSchema(60).optional(),
    trackingNumber: textSchema(60).optional(),
  }),
  DELIVER: z.strictObject({ shipmentId: z.uuid() }),
  CANCEL: emptySchema,
  CANCEL_BY_CUSTOMER: emptySchema,
  CANCEL_UNITS: z.strictObject({ lines: linesSchema }),
  REFUND: z
    .strictObject({
      lines: linesSchema.optional().meta({
        description: 'Shipped units to refund, at most the amount that is left on their invoice lines.',
      }),
      delivery: z
        .boolean()
        .default(false)
        .meta({ description: 'Whether to refund the delivery charge as well. Default: `false`.' }),
      amount: amountSchema.optional().meta({
        description:
          'Amount to refund in paise, instead of `lines` and `delivery`. At most the captured amount minus the refunds requested so far. The credit note reduces the lines pro rata. Example: `5900`.',
      }),
    })
    .refine(
      ({ lines, delivery, amount }) => (amount === undefined ? lines || delivery : !lines && !delivery),
      'Give `lines`, `delivery` or both, or else only `amount`.',
    ),
  RECORD_REFUND: z.strictObject({
    amount: amountSchema.meta({
      description:
        'Amount in paise that was refunded outside the payment provider. At most the captured amount minus the refunds requested so far. Example: `5900`.',
    }),
  }),
  RETRY_REFUND: z.strictObject({ refundId: z.uuid() }),
  REQUEST_RETURN: z.strictObject({ lines: linesSchema, reason: z.enum(RETURN_REASONS) }),
  APPROVE_RETURN: returnSchema,
  REJECT_RETURN: returnSchema,
  WITHDRAW_RETURN: returnSchema,
  RECEIVE_RETURN: z.strictObject({
    returnId: z.uuid(),
    restock: linesSchema.optional().meta({ description: 'Units to put back into stock. Default: none.' }),
    refund: z.boolean().default(true).meta({ description: 'Whether to refund the returned units. Default: `true`.' }),
  }),
};

export type OrderWork = { [K in keyof typeof ORDER_COMMAND_INPUTS]: z.infer<(typeof ORDER_COMMAND_INPUTS)[K]> };
