/** A source of repeatable choices: the same number always gives the same sequence. */
export interface Dice {
  /** 0 <= result < 1 */
  roll(): number;
  /** A whole number between both, inclusive. */
  between(low: number, high: number): number;
  /** True in `share` (0 to 1) of all cases. */
  chance(share: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** `count` different elements, in their original order. */
  some<T>(from: readonly T[], count: number): T[];
}

/**
 * Returns the dice of a product by its number. Each product has its own, so it does not depend on the other products.
 */
export function diceFor(number: number): Dice {
  let state = Math.imul(number + 1, 0x9e3779b1);
  // mulberry32: small, and uniform enough for sample data.
  const roll = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (low: number, high: number) => low + Math.floor(roll() * (high - low + 1));
  const some = <T>(from: readonly T[], count: number): T[] => {
    const left = from.map((_, index) => index);
    const taken = Array.from(
      { length: Math.min(count, left.length) },
      () => left.splice(between(0, left.length - 1), 1)[0] ?? 0,
    );
    return taken.toSorted((a, b) => a - b).map((index) => from[index] as T);
  };
  return {
    roll,
    between,
    some,
    chance: (share) => roll() < share,
    pick: (from) => from[between(0, from.length - 1)] as (typeof from)[number],
  };
}
