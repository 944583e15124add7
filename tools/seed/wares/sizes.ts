import type { Size } from '../wares.ts';

/** Returns sizes at the same price. */
export const alike = (...labels: string[]): Size[] => labels.map((label) => ({ label, factor: 1 }));

/** Returns packs with their price factors relative to the first one. */
export const packs = (factors: Record<string, number>): Size[] =>
  Object.entries(factors).map(([label, factor]) => ({ label, factor }));
