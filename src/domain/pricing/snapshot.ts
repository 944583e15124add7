import { type Difference, differencesOf } from '../differences.ts';
import type { PricingInputs } from './inputs.ts';
import type { PricingOutput } from './output.ts';
import { priceCart } from './price-cart.ts';
import { priceCart as priceCart1 } from './released/engine-1.ts';
import { priceCart as priceCart2 } from './released/engine-2.ts';
import { priceCart as priceCart3 } from './released/engine-3.ts';

/** Raised with every change of a result; the engine before it goes to `released`, so that its snapshots can be replayed. */
export const ENGINE_VERSION = 4;

export interface PricingSnapshot {
  engineVersion: number;
  inputs: PricingInputs;
  output: PricingOutput;
}

/** What is kept of a price, by whichever engine. */
export interface StoredSnapshot {
  engineVersion: number;
  inputs: object;
  output: object;
}

/** Prices a cart and keeps all that is needed to do it again years later. */
export function snapshotOf(inputs: PricingInputs): PricingSnapshot {
  return { engineVersion: ENGINE_VERSION, inputs, output: priceCart(inputs) };
}

/** Prices a snapshot's inputs again with the engine that made it; equal to its output unless one was tampered with. */
export function replay({ engineVersion, inputs }: StoredSnapshot): object {
  const engine = ENGINES[engineVersion];
  if (engine === undefined) throw new RangeError(`No pricing engine of version ${engineVersion}`);
  return engine(inputs);
}

/** Where a stored price differs from what its engine makes of its inputs now; undefined when it does not. */
export function differenceOf(snapshot: StoredSnapshot): { differences: Difference[] } | { error: string } | undefined {
  try {
    const differences = differencesOf(snapshot.output, JSON.parse(JSON.stringify(replay(snapshot))));
    return differences.length > 0 ? { differences } : undefined;
  } catch (error) {
    return { error: String(error) };
  }
}

const ENGINES: Readonly<Record<number, (inputs: object) => object>> = {
  1: (inputs) => priceCart1(inputs as Parameters<typeof priceCart1>[0]),
  2: (inputs) => priceCart2(inputs as PricingInputs),
  3: (inputs) => priceCart3(inputs as PricingInputs),
  [ENGINE_VERSION]: (inputs) => priceCart(inputs as PricingInputs),
};
