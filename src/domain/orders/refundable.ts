import { type BoughtLine, unitsOf } from '../money/unit-shares.ts';

/** What of a line goes back, in paise: `amount` is what was paid for so many units, and what it is made of. */
export interface RefundLine {
  /** 0 is the delivery. */
  line: number;
  /** Which of the delivery's shares it is, from 1; 0: none of them. */
  share: number;
  quantity: number;
  amount: number;
  taxable: number;
  cgst: number;
  sgst: number;
  igst: number;
}

/** Whether two amounts are of the same line, and of the same share of the delivery. */
export const isSameLine = (
  one: Pick<RefundLine, 'line' | 'share'>,
  other: Pick<RefundLine, 'line' | 'share'>,
): boolean => one.line === other.line && one.share === other.share;

/** A line as it was bought, and how many of its units have been refunded: the next one is the unit of that index. */
export type RefundableLine = BoughtLine & { line: number; refunded: number };

/**
 * The amounts of the next `quantity` units of a line, as they were frozen at purchase: read, never computed anew, so that
 * the refunds of all units add up to what was paid. @throws RangeError beyond the line's quantity
 */
export function refundUnits(line: RefundableLine, quantity: number): RefundLine {
  const { paid: amount, taxableValue: taxable, ...tax } = unitsOf(line, { from: line.refunded, count: quantity });
  const { cgst, sgst, igst } = tax;
  return { line: line.line, share: 0, quantity, amount, taxable, cgst, sgst, igst };
}

/** What the delivery of an order is made of, or one of its shares, in paise. */
export type DeliveryShare = Pick<RefundLine, 'share' | 'taxable' | 'cgst' | 'sgst' | 'igst'>;

/** The delivery of an order as it goes back: each of its shares, as the invoice says them. */
export const refundDelivery = (shares: readonly DeliveryShare[]): RefundLine[] =>
  shares.map(({ share, taxable, cgst, sgst, igst }) => {
    return { line: 0, share, quantity: 1, amount: taxable + cgst + sgst + igst, taxable, cgst, sgst, igst };
  });

export const amountOf = (lines: readonly RefundLine[]): number => lines.reduce((sum, { amount }) => sum + amount, 0);
