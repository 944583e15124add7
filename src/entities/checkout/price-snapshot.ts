import { deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  differenceOf,
  type PricingSnapshot,
  type StoredSnapshot,
  storedOutputOf,
} from '../../domain/pricing/snapshot.ts';
import type { Row } from '../../infra/database/pending-writes.ts';

/** The columns of a stored price. In rows from before migration 045, `inputs` and `output` are whole. */
export interface SnapshotColumns {
  engineVersion: number;
  inputs: object | null;
  /** The totals and the discounts, which SQL compares with the checkout. */
  output: object;
  /** The inputs and the rest of the output: JSON, compressed by deflate. */
  packed: Buffer | null;
}

/** SQL of these columns. */
export const SNAPSHOT_COLUMNS = `engine_version as "engineVersion", inputs, output, packed`;

/**
 * Returns the columns that store a price, without its explanation. All offers of a shop are inputs of each price:
 * packed, a purchase of two lines stores 1.4 kB instead of 3.2 kB.
 */
export function packSnapshot({ engineVersion, inputs, output }: PricingSnapshot): Row {
  const { totals, discounts, ...rest } = storedOutputOf(output);
  const packed = deflateRawSync(JSON.stringify({ inputs, output: rest }));
  return { engine_version: engineVersion, output: { totals, discounts }, packed: `\\x${packed.toString('hex')}` };
}

/** Reads a stored price of any age. @throws Error if the packed part is damaged */
export function unpackSnapshot({ engineVersion, inputs, output, packed }: SnapshotColumns): StoredSnapshot {
  if (packed === null) return { engineVersion, inputs: inputs ?? {}, output };
  const rest: Omit<StoredSnapshot, 'engineVersion'> = JSON.parse(inflateRawSync(packed).toString());
  return { engineVersion, inputs: rest.inputs, output: { ...rest.output, ...output } };
}

/** Compares a stored price with its replay; returns undefined if they are equal. A damaged price is an error. */
export function replayDifference(columns: SnapshotColumns): ReturnType<typeof differenceOf> {
  try {
    return differenceOf(unpackSnapshot(columns));
  } catch (error) {
    return { error: String(error) };
  }
}
