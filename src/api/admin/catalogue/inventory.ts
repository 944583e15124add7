import { z } from 'zod';
import { adjust, lockLevel, receive } from '../../../entities/stock/stock.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, type Call, route } from '../../http/route.ts';
import { adminEdit, created } from '../change.ts';
import { type Level, levelSchema, readLevel } from './levels.ts';

/** Why goods are received. */
export const RECEIVE_REASONS = ['purchase', 'production', 'return', 'transfer'] as const;
/** Why a level is corrected. */
export const ADJUST_REASONS = ['count', 'damage', 'theft', 'correction', 'other'] as const;

const params = z.object({ id: z.uuid() });
const note = z
  .string()
  .trim()
  .max(500)
  .optional()
  .meta({ description: 'Stored with the movement. Do not include personal data.' });
const units = z.int().min(1).max(10_000_000);

const common = { permission: 'products:update', access: 'staff', tag: 'Inventory' } as const;
const answer = { 201: { description: 'The new inventory level', schema: levelSchema } };

/** Receipt of goods and stock corrections. */
export const inventoryRoutes = (deps: ApiDeps): AnyRoute[] => [receiveGoods(deps), adjustLevel(deps)];

const receiveGoods = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: '/api/v1/admin/variants/{id}/inventory/receive',
    summary: 'Receive units of a variant into stock',
    params,
    body: z.strictObject({
      quantity: units,
      reason: z.enum(RECEIVE_REASONS).default('purchase'),
      note,
    }),
    answers: answer,
    errors: ['VARIANT_NOT_FOUND'],
    idempotent: true,
    handle: (call) => {
      const { quantity, reason, note: text } = call.body;
      return changeLevel(deps, call, {
        action: 'inventory.receive',
        apply: (tx, id) => receive(tx, causeOf(`receive:${reason}`, text), new Map([[id, quantity]])),
      });
    },
  });

const adjustLevel = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: '/api/v1/admin/variants/{id}/inventory/adjust',
    summary: 'Adjust the stock of a variant by a difference or to a counted quantity',
    description: 'The stock cannot fall below the units reserved for checkouts. Send either `delta` or `counted`.',
    params,
    body: z
      .strictObject({
        delta: z
          .int()
          .min(-10_000_000)
          .max(10_000_000)
          .optional()
          .meta({ description: 'Units to add, or to subtract when negative.', override: { not: { const: 0 } } }),
        counted: z.int().min(0).max(10_000_000).optional().meta({ description: 'Counted units on hand.' }),
        reason: z.enum(ADJUST_REASONS),
        note,
      })
      .refine(({ delta, counted }) => (delta === undefined) !== (counted === undefined), {
        path: ['delta'],
        message: 'send either delta or counted',
      })
      .refine(({ delta }) => delta !== 0, { path: ['delta'], message: 'must not be 0' })
      .meta({ override: { oneOf: [{ required: ['delta'] }, { required: ['counted'] }] } }),
    answers: answer,
    errors: ['VARIANT_NOT_FOUND', 'INSUFFICIENT_INVENTORY'],
    idempotent: true,
    handle: (call) => {
      const { delta, counted, reason, note: text } = call.body;
      return changeLevel(deps, call, {
        action: 'inventory.adjust',
        async apply(tx, id, { onHand }) {
          const difference = delta ?? (counted ?? onHand) - onHand;
          if (difference !== 0)
            await adjust(tx, causeOf(`adjust:${reason}`, text), { variantId: id, delta: difference });
        },
      });
    },
  });

const causeOf = (cause: string, text: string | undefined) => (text ? { cause, note: text } : { cause });

interface LevelChange {
  action: string;
  apply(tx: Tx, id: string, before: Level): Promise<void>;
}

/** Changes level, ledger and audit log in one transaction, with the level locked. */
function changeLevel(deps: ApiDeps, call: Call<{ id: string }, unknown, object>, { action, apply }: LevelChange) {
  const { id } = call.params;
  const work = async (tx: Tx) => {
    await lockLevel(tx, id);
    const before = await readLevel(tx.query, id);
    await apply(tx, id, before);
    await tx.write();
    const after = await readLevel(tx.query, id);
    const target = { type: 'variant', id };
    return {
      answer: created(after),
      target,
      before: { onHand: before.onHand },
      after: { onHand: after.onHand, ...call.body },
    };
  };
  return adminEdit(deps, call, { action, scope: id, work });
}
