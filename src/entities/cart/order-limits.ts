import type { ErrorCode } from '../../domain/errors.ts';
import type { RequestedLine } from '../pricing/pricing-request.ts';
import { demandOf } from '../stock/stock.ts';

/** The limits of one order (`ORDER_LIMITS`). */
export interface OrderLimits {
  /** Units of a variant without its own limit. */
  variant: number;
  /** Total units. */
  units: number;
  /** Total value in paise, at catalogue prices. */
  value: number;
}

/** The limits of the variants in an order, and of the order as a whole. */
export interface LineLimits {
  goods: ReadonlyMap<string, { maxPerOrder: number; unitPrice: number }>;
  order: OrderLimits;
}

/** An exceeded limit: its error code, with the requested and the allowed values. */
export interface ExceededLimit {
  code: Extract<ErrorCode, 'QUANTITY_LIMIT_EXCEEDED' | 'ORDER_UNITS_EXCEEDED' | 'ORDER_VALUE_EXCEEDED'>;
  details: Record<string, unknown>;
}

/**
 * Finds the first limit that the lines exceed. The limit of a variant applies to all its units in the order, including
 * those in bundles. `changed`: check only the limits of these variants.
 */
export function findExceededLimit(
  lines: readonly RequestedLine[],
  { goods, order }: LineLimits,
  changed?: ReadonlySet<string>,
): ExceededLimit | undefined {
  for (const [variantId, requested] of demandOf(lines)) {
    const maxPerOrder = goods.get(variantId)?.maxPerOrder ?? order.variant;
    if (requested <= maxPerOrder || changed?.has(variantId) === false) continue;
    return { code: 'QUANTITY_LIMIT_EXCEEDED', details: { variantId, requested, maxPerOrder } };
  }
  const over = findExceededUnits(lines, order);
  if (over) return over;
  const { value } = totalOf(lines, goods);
  if (value <= order.value) return undefined;
  return { code: 'ORDER_VALUE_EXCEEDED', details: { value, maxValue: order.value } };
}

/** Checks the limit on the units of an order, for which no variant has to be loaded. */
export function findExceededUnits(
  lines: readonly RequestedLine[],
  order: Pick<OrderLimits, 'units'>,
): ExceededLimit | undefined {
  const requested = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  if (requested <= order.units) return undefined;
  return { code: 'ORDER_UNITS_EXCEEDED', details: { requested, maxUnits: order.units } };
}

/**
 * How many times `lines` can be added to the lines `held`: by the limits of the variants, and by those of the order.
 */
export function roomFor(
  lines: readonly RequestedLine[],
  held: readonly RequestedLine[],
  { goods, order }: LineLimits,
): { variants: number; order: number } {
  const [more, has] = [totalOf(lines, goods), totalOf(held, goods)];
  const taken = demandOf(held);
  const rooms = [...demandOf(lines)].map(([variantId, units]) => {
    const most = goods.get(variantId)?.maxPerOrder ?? order.variant;
    return (most - (taken.get(variantId) ?? 0)) / units;
  });
  const ofUnits = (order.units - has.units) / more.units;
  const ofValue = more.value === 0 ? ofUnits : (order.value - has.value) / more.value;
  return { variants: whole(Math.min(...rooms)), order: whole(Math.min(ofUnits, ofValue)) };
}

const whole = (room: number): number => Math.max(0, Math.floor(room));

/** Sums units and value for comparison only: a value beyond 2^53 is inexact, but far over any limit. */
function totalOf(lines: readonly RequestedLine[], goods: LineLimits['goods']): { units: number; value: number } {
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const price = (variantId: string) => goods.get(variantId)?.unitPrice ?? 0;
  return { units, value: lines.reduce((sum, { variantId, quantity }) => sum + price(variantId) * quantity, 0) };
}
