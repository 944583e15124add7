import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The results of a run that the check needs. */
interface Costs {
  levels: readonly { isHot: boolean; concurrency: number; perOrder: { sumMs: number | null } }[];
  ceiling: readonly { concurrency: number; cpuMs: number | null }[];
}

/** Returns the CPU of a purchase in multiples of the ceiling; null when one of both was not measured. */
export function timesCeiling({ levels, ceiling }: Costs, buyers: number): number | null {
  const shop = levels.find(({ isHot, concurrency }) => !isHot && concurrency === buyers)?.perOrder.sumMs;
  const least = ceiling.find(({ concurrency }) => concurrency === buyers)?.cpuMs;
  return shop && least ? shop / least : null;
}

/** The reference for `--check`, measured on a quiet machine; update it by hand with the change that improves it. */
export interface Baseline {
  buyers: number;
  timesCeiling: number;
}

/** The allowed factor over the baseline: runs on a quiet machine differ by as much. */
const MARGIN = 1.1;

export const readBaseline = (): Baseline =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'baseline.json'), 'utf8'));

/** @returns whether the run is as good as the baseline, and a sentence that says so */
export function compare(figures: Costs, { buyers, timesCeiling: stored }: Baseline): { isGood: boolean; says: string } {
  const measured = timesCeiling(figures, buyers);
  if (measured === null) return { isGood: false, says: `The check needs a level of ${buyers} buyers and the ceiling.` };
  const most = stored * MARGIN;
  const isGood = measured <= most;
  const summary = `A purchase takes ${measured.toFixed(2)} times the CPU of the ceiling at ${buyers} buyers`;
  return { isGood, says: `${summary}; at most ${most.toFixed(2)} is allowed (${stored} is stored).` };
}
