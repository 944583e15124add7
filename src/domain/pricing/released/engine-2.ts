import type { PricingInputs } from '../inputs.ts';
import type { PricingOutput } from '../output.ts';
import { priceCartBy } from '../price-cart.ts';
import { chooseDiscounts } from './choice-2.ts';
import { costsOf } from './cost-3.ts';
import { taxedCart } from './taxes-3.ts';

/**
 * The engine of snapshots of version 2. It chooses discounts differently. Before another step changes, copy it here.
 */
export const priceCart = (inputs: PricingInputs): PricingOutput =>
  priceCartBy(inputs, { choose: chooseDiscounts, costsOf, taxedCart });
