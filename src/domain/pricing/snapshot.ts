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

/** A stored price of any version of the engine. Its output has an explanation only if replaying cannot derive it. */
export interface StoredSnapshot {
  engineVersion: number;
  inputs: object;
  output: object;
}

/** Prices a cart and returns everything needed to repeat the calculation years later. */
export function snapshotOf(inputs: PricingInputs): PricingSnapshot {
  return { engineVersion: ENGINE_VERSION, inputs, output: priceCart(inputs) };
}

/** Returns the price without its explanation, which the engine of the same version derives from the inputs again. */
export function storedOutputOf({ explanation: _, ...output }: PricingOutput): Omit<PricingOutput, 'explanation'> {
  return output;
}

/**
 * Prices a snapshot's inputs with the engine that made it. Beside the explanation the result equals its output, unless
 * one was changed.
 * @throws RangeError for an unknown version of the engine
 */
export function replay({ engineVersion, inputs }: StoredSnapshot): object {
  const engine = ENGINES[engineVersion];
  if (engine === undefined) throw new RangeError(`No pricing engine of version ${engineVersion}`);
  return engine(inputs);
}

/** Compares a stored price with its replay; returns undefined if they are equal. */
export function differenceOf(snapshot: StoredSnapshot): { differences: Difference[] } | { error: string } | undefined {
  try {
    const { explanation, ...price } = JSON.parse(JSON.stringify(replay(snapshot)));
    const differences = differencesOf(snapshot.output, isExplained(snapshot) ? { ...price, explanation } : price);
    return differences.length > 0 ? { differences } : undefined;
  } catch (error) {
    return { error: String(error) };
  }
}

/**
 * Returns a stored price with its explanation, and whether its replay gives the same price. The explanation is the stored
 * one or else that of the replay; it is empty if the replay gives another price, which it would not explain.
 */
export function explainedPrice(snapshot: StoredSnapshot): { output: object; replays: boolean } {
  const { output } = snapshot;
  const replays = differenceOf(snapshot) === undefined;
  if (isExplained(snapshot)) return { output, replays };
  return { output: { explanation: [], ...(replays && replay(snapshot)), ...output }, replays };
}

const isExplained = ({ output }: StoredSnapshot): boolean => 'explanation' in output;

const ENGINES: Readonly<Record<number, (inputs: object) => object>> = {
  1: (inputs) => priceCart1(inputs as Parameters<typeof priceCart1>[0]),
  2: (inputs) => priceCart2(inputs as PricingInputs),
  3: (inputs) => priceCart3(inputs as PricingInputs),
  [ENGINE_VERSION]: (inputs) => priceCart(inputs as PricingInputs),
};
