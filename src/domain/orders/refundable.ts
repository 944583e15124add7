import { type BoughtLine, unitsOf } from '../money/unit-shares.ts';

/** The refunded part of a line, in paise: `amount` is the sum of value and taxes. */
export interface RefundLine {
  /** 0 is the delivery. */
  line: number;
  /** The number of the delivery share, from 1; 0 for a line of goods. */
  share: number;
  quantity: number;
  amount: number;
  taxable: number;
  cgst: number;
  sgst: number;
  igst: number;
}

/** Whether two amounts belong to the same line and the same share of the delivery. */
export const isSameLine = (
  one: Pick<RefundLine, 'line' | 'share'>,
  other: Pick<RefundLine, 'line' | 'share'>,
): boolean => one.line === other.line && one.share === other.share;

/** A bought line and the number of its refunded units, which is the index of the next unit to refund. */
export type RefundableLine = BoughtLine & { line: number; refunded: number };

/**
 * Returns the amounts of the next `quantity` units of a line, as stored at purchase. They are read, never recomputed,
 * so that the refunds of all units add up to the paid amount. @throws RangeError beyond the line's quantity
 */
export function refundUnits(line: RefundableLine, quantity: number): RefundLine {
  const { paid: amount, taxableValue: taxable, ...tax } = unitsOf(line, { from: line.refunded, count: quantity });
  const { cgst, sgst, igst } = tax;
  return { line: line.line, share: 0, quantity, amount, taxable, cgst, sgst, igst };
}

/** The delivery of an order, or one of its shares, in paise. */
export type DeliveryShare = Pick<RefundLine, 'share' | 'taxable' | 'cgst' | 'sgst' | 'igst'>;

/** Returns the refund lines of the delivery, one per share on the invoice. */
export const refundDelivery = (shares: readonly DeliveryShare[]): RefundLine[] =>
  shares.map(({ share, taxable, cgst, sgst, igst }) => {
    return { line: 0, share, quantity: 1, amount: taxable + cgst + sgst + igst, taxable, cgst, sgst, igst };
  });

export const amountOf = (lines: readonly RefundLine[]): number => lines.reduce((sum, { amount }) => sum + amount, 0);
