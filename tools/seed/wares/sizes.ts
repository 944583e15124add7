import type { Size } from '../wares.ts';

/** Sizes that all cost the same. */
export const alike = (...labels: string[]): Size[] => labels.map((label) => ({ label, factor: 1 }));

/** Packs, each with its price in relation to the first. */
export const packs = (factors: Record<string, number>): Size[] =>
  Object.entries(factors).map(([label, factor]) => ({ label, factor }));
