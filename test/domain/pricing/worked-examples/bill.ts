import { formatInr, sum } from '../../../../src/domain/money.ts';
import type { PricingInputs } from '../../../../src/domain/pricing/inputs.ts';
import type { PricingOutput } from '../../../../src/domain/pricing/output.ts';

/** A price as a customer would read it; amounts in rupees. */
export function billOf({ shipping: method }: PricingInputs, output: PricingOutput): string[] {
  const { lines, bundles, discounts, refusals, shipping, totals } = output;
  const delivery = shipping && `Delivery, ${shipping.zone}: ${charged(shipping.price, shipping)}`;
  return [
    ...lines.map((line) => `${line.quantity} × ${line.variantId}: ${charged(line.lineTotal, line)}`),
    ...bundles.map(({ quantity, bundleId, lineTotal }) => `${quantity} × ${bundleId}: ${formatInr(lineTotal)} in all`),
    ...(delivery ? [delivery] : method ? ['No delivery to this address'] : []),
    ...discounts.map(({ name, amount }) => `${name} takes ${formatInr(amount)}`),
    ...refusals.map((refusal) => `${refusal.code} refused: ${refusal.reason}`),
    taxesOf(shipping ? [...lines, shipping] : lines),
    `To pay: ${formatInr(totals.total)}`,
  ];
}

interface Taxed {
  discount: number;
  ratePercent: string;
  cgst: number;
  sgst: number;
  igst: number;
}

function charged(price: number, { discount, ratePercent, cgst, sgst, igst }: Taxed): string {
  const off = discount === 0 ? '' : ` − ${formatInr(discount)}`;
  return `${formatInr(price)}${off}, GST ${ratePercent} % ${formatInr(cgst + sgst + igst)}`;
}

function taxesOf(parts: readonly Taxed[]): string {
  const total = (field: 'cgst' | 'sgst' | 'igst') => sum(parts.map((part) => part[field]));
  if (total('igst') > 0) return `IGST ${formatInr(total('igst'))}`;
  return `CGST ${formatInr(total('cgst'))} + SGST ${formatInr(total('sgst'))}`;
}
