import { chooseDiscounts } from '../discounts/choice.ts';
import type { PricingInputs } from '../inputs.ts';
import type { PricingOutput } from '../output.ts';
import { priceCartBy } from '../price-cart.ts';
import { costsOf } from './cost-3.ts';
import { taxedCart } from './taxes-3.ts';

/** The engine of snapshots of version 3. It computes taxes differently. Before another step changes, copy it here. */
export const priceCart = (inputs: PricingInputs): PricingOutput =>
  priceCartBy(inputs, { choose: chooseDiscounts, costsOf, taxedCart });
