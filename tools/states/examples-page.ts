import { formatInr } from '../../src/domain/money/money.ts';
import type { BundleInput, PricingInputs } from '../../src/domain/pricing/inputs.ts';
import { THEMES } from '../../test/domain/pricing/worked-examples/all.ts';
import type { Theme } from '../../test/domain/pricing/worked-examples/carts.ts';
import { table } from './table.ts';

/** Renders docs/pricing-examples.md: prices calculated by hand, which the tests compare with the engine. */
export function examplesPage(): string {
  return `${[
    '# Prices calculated by hand',
    `[pricing.md](pricing.md) explains the rules; this page shows examples with their calculation. \`bin/states\` generates it from
\`test/domain/pricing/worked-examples/\`, and the tests compare every paisa with the engine.`,
    `Unless an example says otherwise, seller and address are in Karnataka, prices contain their tax, it is 2026-11-01, and discounts
are automatic and can be combined. A bill shows each line before discounts, its discount and its tax.`,
    ...THEMES.map(themeOf),
  ].join('\n\n')}\n`;
}

function themeOf({ name, examples }: Theme): string {
  const rows = examples.map(({ title, inputs, bill, why }) => [title, linesOf(cartOf(inputs)), linesOf(bill), why]);
  return `## ${name}\n\n${table(['example', 'cart', 'bill', 'how'], rows)}`;
}

const linesOf = (lines: readonly string[]): string => lines.join('<br>');

const cartOf = ({ lines, bundles }: PricingInputs): string[] => [
  ...lines.map(({ quantity, variantId, unitPrice }) => `${quantity} × ${variantId} at ${formatInr(unitPrice)}`),
  ...bundles.map(bundleOf),
];

function bundleOf({ quantity, bundleId, components }: BundleInput): string {
  const parts = components.map(({ quantity, variantId, unitPrice, surcharge }) => {
    const extra = surcharge > 0 ? ` (${formatInr(surcharge)} extra)` : '';
    return `${quantity} × ${variantId} at ${formatInr(unitPrice)}${extra}`;
  });
  return `${quantity} × ${bundleId} of ${parts.join(', ')}`;
}
