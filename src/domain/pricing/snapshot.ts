import { type Difference, differencesOf } from '../differences.ts';
import type { PricingInputs } from './inputs.ts';
import type { PricingOutput } from './output.ts';
import { priceCart } from './price-cart.ts';
import { priceCart as priceCart1 } from './released/engine-1.ts';
import { priceCart as priceCart2 } from './released/engine-2.ts';
import { priceCart as priceCart3 } from './released/engine-3.ts';

/** Increase it with every change of a result, and move the previous engine to `released` to replay its snapshots. */
const ENGINE_VERSION = 4;

export interface PricingSnapshot {
  engineVersion: number;
  inputs: PricingInputs;
  output: PricingOutput;
}

/** A stored price of any version of the engine. */
export interface StoredSnapshot {
  engineVersion: number;
  inputs: object;
  output: object;
}

/** Prices a cart and returns everything needed to repeat the calculation years later. */
export function snapshotOf(inputs: PricingInputs): PricingSnapshot {
  return { engineVersion: ENGINE_VERSION, inputs, output: priceCart(inputs) };
}

/** Prices a snapshot's inputs with the engine that made it. The result equals its output unless one was changed. */
export function replay({ engineVersion, inputs }: StoredSnapshot): object {
  const engine = ENGINES[engineVersion];
  if (engine === undefined) throw new RangeError(`No pricing engine of version ${engineVersion}`);
  return engine(inputs);
}

/** Compares a stored price with its replay; returns undefined if they are equal. */
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
