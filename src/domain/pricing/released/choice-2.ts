import type { Candidate } from '../discounts/eligibility.ts';
import { byPrecedence } from '../discounts/offer-precedence.ts';
import { type Left, take, totalOf } from '../discounts/take.ts';

// The choice of discounts in snapshots of version 2: it compares amounts before tax. Never change it.

/** The most combinations that are all tried; fewer in a cart of many lines, since each is applied to every line. */
const MOST_COMBINATIONS = 4_096;
const MOST_WORK = 500_000;
const MOST_ROUNDS = 3;

interface Outcome {
  chosen: readonly Candidate[];
  left: Left;
}

/**
 * Returns the discounts that make the cart cheapest for the customer: either one exclusive discount, or stackable ones
 * together, at most one per lane, applied one after the other by priority. At equal price, the outcome with the fewest
 * discounts wins, then the one whose discounts have the higher priority. With too many stackable discounts to try all
 * combinations, it takes the best of each lane and exchanges them as long as the cart gets cheaper.
 */
export function chooseDiscounts(
  candidates: readonly Candidate[],
  { start, quantities }: { start: Left; quantities: readonly number[] },
): readonly Candidate[] {
  const ordered = candidates.toSorted((a, b) => byPrecedence(a.discount, b.discount));
  const after = (candidate: Candidate, { chosen, left }: Outcome): Outcome => ({
    chosen: [...chosen, candidate],
    left: take(candidate, left, quantities),
  });
  const nothing: Outcome = { chosen: [], left: start };
  const isAlone = ({ discount }: Candidate) => discount.stacking === 'exclusive';
  const alone = ordered.filter(isAlone).map((candidate) => after(candidate, nothing));
  const together = combine(
    ordered.filter((candidate) => !isAlone(candidate)),
    { nothing, after, most: Math.min(MOST_COMBINATIONS, Math.floor(MOST_WORK / Math.max(1, quantities.length))) },
  );
  return [...alone, together].reduce(better, nothing).chosen;
}

interface Steps {
  nothing: Outcome;
  /** The most combinations that are all tried. */
  most: number;
  after(candidate: Candidate, before: Outcome): Outcome;
}

function combine(stackables: readonly Candidate[], steps: Steps): Outcome {
  const lanes = [...Map.groupBy(stackables, laneOf).values()];
  const combinations = lanes.reduce((product, lane) => product * (lane.length + 1), 1);
  return combinations <= steps.most ? tryAll(stackables, steps) : improve(lanes, steps);
}

const laneOf = ({ discount }: Candidate): string => discount.stackGroup ?? discount.id;

function tryAll(ordered: readonly Candidate[], { nothing, after }: Steps): Outcome {
  let best = nothing;
  const taken = new Set<string>();
  const visit = (place: number, outcome: Outcome): void => {
    const candidate = ordered[place];
    if (!candidate) {
      best = better(best, outcome);
      return;
    }
    const lane = laneOf(candidate);
    if (!taken.has(lane)) {
      taken.add(lane);
      visit(place + 1, after(candidate, outcome));
      taken.delete(lane);
    }
    visit(place + 1, outcome);
  };
  visit(0, nothing);
  return best;
}

function improve(lanes: readonly Candidate[][], { nothing, after }: Steps): Outcome {
  const outcomeOf = (chosen: readonly Candidate[]): Outcome =>
    chosen
      .toSorted((a, b) => byPrecedence(a.discount, b.discount))
      .reduce((outcome, candidate) => after(candidate, outcome), nothing);
  const strongest = (lane: readonly Candidate[]) =>
    lane.map((one) => after(one, nothing)).reduce(better, nothing).chosen;
  let best = outcomeOf(lanes.flatMap(strongest));
  const contested = lanes.filter((lane) => lane.length > 1);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const before = best;
    for (const lane of contested) {
      const others = best.chosen.filter((one) => !lane.includes(one));
      best = lane.map((one) => outcomeOf([...others, one])).reduce(better, best);
    }
    if (best === before) break;
  }
  return best;
}

/** Returns the better outcome; the first one at a tie. */
function better(first: Outcome, second: Outcome): Outcome {
  const cheaper = totalOf(second.left) - totalOf(first.left);
  if (cheaper !== 0) return cheaper < 0 ? second : first;
  const fewer = second.chosen.length - first.chosen.length;
  if (fewer !== 0) return fewer < 0 ? second : first;
  for (const [place, { discount }] of first.chosen.entries()) {
    const other = second.chosen[place]?.discount ?? discount;
    const standing = byPrecedence(other, discount);
    if (standing !== 0) return standing < 0 ? second : first;
  }
  return first;
}
