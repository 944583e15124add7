import type { ErrorCode } from '../../domain/errors.ts';
import type { RequestedLine } from '../pricing/priced.ts';
import { demandOf } from '../stock/stock.ts';

/** The most that one order may hold (`ORDER_LIMITS`). */
export interface OrderLimits {
  /** Units of a variant that has no limit of its own. */
  variant: number;
  /** Units in all. */
  units: number;
  /** Paise, at the prices of the catalogue. */
  value: number;
}

/** The goods of an order with their own limits, and what holds for the order as a whole. */
export interface Limits {
  goods: ReadonlyMap<string, { maxPerOrder: number; unitPrice: number }>;
  order: OrderLimits;
}

/** A bound that an order exceeds: the code names it, the details say what was asked for and what is allowed. */
export interface OverLimit {
  code: Extract<ErrorCode, 'QUANTITY_LIMIT_EXCEEDED' | 'ORDER_UNITS_EXCEEDED' | 'ORDER_VALUE_EXCEEDED'>;
  details: Record<string, unknown>;
}

/**
 * The first bound that the lines exceed, if any. Units of a variant are counted over its line and all bundles, since an
 * order is what the limit is for. `changed`: only these variants are compared with their own limits.
 */
export function overLimit(
  lines: readonly RequestedLine[],
  { goods, order }: Limits,
  changed?: ReadonlySet<string>,
): OverLimit | undefined {
  for (const [variantId, requested] of demandOf(lines)) {
    const maxPerOrder = goods.get(variantId)?.maxPerOrder ?? order.variant;
    if (requested <= maxPerOrder || changed?.has(variantId) === false) continue;
    return { code: 'QUANTITY_LIMIT_EXCEEDED', details: { variantId, requested, maxPerOrder } };
  }
  const over = overUnits(lines, order);
  if (over) return over;
  const { value } = totalOf(lines, goods);
  if (value <= order.value) return undefined;
  return { code: 'ORDER_VALUE_EXCEEDED', details: { value, maxValue: order.value } };
}

/** The bound on the units of an order, if the lines exceed it: it needs no reading of the goods. */
export function overUnits(lines: readonly RequestedLine[], order: Pick<OrderLimits, 'units'>): OverLimit | undefined {
  const requested = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  if (requested <= order.units) return undefined;
  return { code: 'ORDER_UNITS_EXCEEDED', details: { requested, maxUnits: order.units } };
}

/** How many times these lines may come on top of those that are held: by the limits of their variants, and by those of the order. */
export function roomFor(
  lines: readonly RequestedLine[],
  held: readonly RequestedLine[],
  { goods, order }: Limits,
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

/** Compared, never charged: a value beyond 2^53 is off by little, and far over any limit. */
function totalOf(lines: readonly RequestedLine[], goods: Limits['goods']): { units: number; value: number } {
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const price = (variantId: string) => goods.get(variantId)?.unitPrice ?? 0;
  return { units, value: lines.reduce((sum, { variantId, quantity }) => sum + price(variantId) * quantity, 0) };
}
