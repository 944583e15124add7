import type { PricingInputs } from '../inputs.ts';
import type { PricingOutput } from '../output.ts';
import { priceCartBy } from '../price-cart.ts';
import { chooseDiscounts } from './choice-2.ts';

/** The engine of snapshots of version 2. It chose discounts another way; whoever changes the rest keeps a copy for it here. */
export const priceCart = (inputs: PricingInputs): PricingOutput => priceCartBy(inputs, chooseDiscounts);
