import { BUNDLES } from './bundles.ts';
import { BUY_AND_GET } from './buy-and-get.ts';
import type { Theme } from './carts.ts';
import { COMBINED } from './combined.ts';
import { DELIVERY } from './delivery.ts';
import { DISCOUNTS } from './discounts.ts';
import { EXCLUSIVE } from './exclusive.ts';
import { LISTS, RULES } from './prices.ts';
import { PUBLISHED } from './published.ts';
import { RATES } from './rates.ts';
import { REFUSALS } from './refusals.ts';
import { TAXES } from './taxes.ts';
import { TIERS } from './tiers.ts';

/** Prices worked out by hand, theme by theme; docs/pricing-examples.md shows them. */
export const THEMES: readonly Theme[] = [
  ...[
    LISTS,
    RULES,
    BUNDLES,
    DISCOUNTS,
    TIERS,
    BUY_AND_GET,
    COMBINED,
    EXCLUSIVE,
    REFUSALS,
    DELIVERY,
    TAXES,
    RATES,
    PUBLISHED,
  ],
];
