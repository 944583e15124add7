import type { PricingInputs } from '../../../src/domain/pricing/inputs.ts';
import { priceCart } from '../../../src/domain/pricing/price-cart.ts';
import { percentilesOf } from '../percentiles.ts';
import { type Cell, table } from '../table.ts';
import { cartOf } from './carts.ts';

/** The time to price a cart of `lines` lines, in microseconds. */
export interface PricingFigures {
  lines: number;
  p50: number;
  p99: number;
  /** The median without discounts. */
  withoutDiscounts: number;
  /** The additional time per line, compared with the previous size. */
  perLine: number | null;
}

const LINES = [1, 10, 100];
const CARTS = 20;

/** Prices carts of 1, 10 and 100 lines, each `runs` times after a warm-up of the same number. */
export function measurePricing(runs: number): PricingFigures[] {
  const figures: PricingFigures[] = [];
  for (const lines of LINES) {
    const carts = Array.from({ length: CARTS }, (_, turn) => cartOf(lines, turn));
    const { p50, p99 } = timed(carts, runs);
    const withoutDiscounts = carts.map((cart) => ({ ...cart, discounts: [] }));
    const before = figures.at(-1);
    const perLine = before ? (p50 - before.p50) / (lines - before.lines) : null;
    figures.push({ lines, p50, p99, withoutDiscounts: timed(withoutDiscounts, runs).p50, perLine });
  }
  return figures;
}

/** Times the runs, including garbage collection. */
function timed(carts: readonly PricingInputs[], runs: number): { p50: number; p99: number } {
  const times: number[] = [];
  for (let run = -runs; run < runs; run++) {
    const cart = carts[(run + runs) % carts.length] as PricingInputs;
    const startedAt = performance.now();
    priceCart(cart);
    if (run >= 0) times.push((performance.now() - startedAt) * 1_000);
  }
  return percentilesOf(times) ?? { p50: 0, p99: 0 };
}

/** Formats the results for the terminal. */
export function pricingReport(figures: readonly PricingFigures[]): string {
  const head = ['lines', 'p50', 'p99', 'each line more', 'without discounts', 'discounts, %'];
  const rows = figures.map(({ lines, p50, p99, perLine, withoutDiscounts }): Cell[] => [
    ...[String(lines), p50, p99, perLine, withoutDiscounts],
    Math.round(100 * (1 - withoutDiscounts / p50)),
  ]);
  return `\nThe price of a cart (µs), with 100 discounts, 20 rules and 2 price lists\n${table([head, ...rows])}`;
}
