import { money } from '../views/formats.ts';

/** Facts, and parts of facts, that are amounts in paise. */
const AMOUNTS: ReadonlySet<string> = new Set([
  ...['amount', 'total', 'subtotal', 'discount', 'tax', 'shippingTax', 'taxable', 'cgst', 'sgst', 'igst', 'paid'],
  ...['captured', 'refunded', 'refunds', 'refundOperations', 'asked', 'noted', 'owed', 'covered'],
]);
/** Names that are amounts in paise in one kind of discrepancy, and units in others. */
const AMOUNT_OF_KIND: ReadonlyMap<string, string> = new Map([
  ['documents.say-what-was-paid', 'wanted'],
  ['orders.machine-is-the-lines', 'returned'],
]);

const isAmount = (kind: string, name: string): boolean => AMOUNTS.has(name) || AMOUNT_OF_KIND.get(kind) === name;

/** The text of a fact; null: there is none. Amounts are in rupees, such as `₹288.00`, also within lists and objects. */
export function factText(kind: string, name: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const readable = (part: string, partValue: unknown): unknown =>
    isAmount(kind, part) && /^-?\d+$/.test(String(partValue)) ? money(Number(partValue), 'INR') : partValue;
  return typeof value === 'object' ? JSON.stringify(value, readable) : String(readable(name, value));
}
