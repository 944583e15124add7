import { formatInr, sum } from '../../../../src/domain/money/money.ts';
import type { PricingInputs } from '../../../../src/domain/pricing/inputs.ts';
import type { PricingOutput } from '../../../../src/domain/pricing/output.ts';

/** A price as a customer would read it; amounts in rupees. */
export function billOf({ shipping: method }: PricingInputs, output: PricingOutput): string[] {
  const { lines, bundles, discounts, refusals, shipping, totals } = output;
  const shares = shipping?.shares ?? [];
  const delivery = shipping && `Delivery, ${shipping.zone}: ${less(shipping.price, shipping.discount)}${gstOf(shares)}`;
  return [
    ...lines.map(
      (line) => `${line.quantity} × ${line.variantId}: ${less(line.lineTotal, line.discount)}${gstOf([line])}`,
    ),
    ...bundles.map(({ quantity, bundleId, lineTotal }) => `${quantity} × ${bundleId}: ${formatInr(lineTotal)} in all`),
    ...(delivery ? [delivery] : method ? ['No delivery to this address'] : []),
    ...discounts.map(({ name, amount }) => `${name} takes ${formatInr(amount)}`),
    ...refusals.map((refusal) => `${refusal.code} refused: ${refusal.reason}`),
    taxesOf([...lines, ...shares]),
    `To pay: ${formatInr(totals.total)}`,
  ];
}

interface Taxed {
  ratePercent: string;
  cgst: number;
  sgst: number;
  igst: number;
}

const less = (price: number, discount: number): string =>
  `${formatInr(price)}${discount === 0 ? '' : ` − ${formatInr(discount)}`}`;

/** The tax at each rate; nothing when nothing is charged for a delivery. */
function gstOf(parts: readonly Taxed[]): string {
  if (parts.length === 0) return '';
  const taxes = parts.map(({ ratePercent, cgst, sgst, igst }) => `${ratePercent} % ${formatInr(cgst + sgst + igst)}`);
  return `, GST ${taxes.join(' and ')}`;
}

function taxesOf(parts: readonly Taxed[]): string {
  const total = (field: 'cgst' | 'sgst' | 'igst') => sum(parts.map((part) => part[field]));
  if (total('igst') > 0) return `IGST ${formatInr(total('igst'))}`;
  return `CGST ${formatInr(total('cgst'))} + SGST ${formatInr(total('sgst'))}`;
}
