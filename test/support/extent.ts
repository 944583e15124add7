/** Whether the slow kinds are wanted too: real volume, long faults, every combination (`bin/test --all`). */
export const runsAll = process.env.TEST_ALL === '1';

/** A suite of a slow kind: it is there only when all is wanted. */
export const describeAll = (title: string, suite: (this: Mocha.Suite) => void): void => {
  if (runsAll) describe(title, suite);
};

/** A test of a slow kind. */
export const itAll = (title: string, test: Mocha.AsyncFunc): void => {
  if (runsAll) it(title, test);
};

/** One of `share` of the values, beginning at another one in each place; or all of them. */
export const someOf = <T>(values: readonly T[], place: number, share = 5): T[] =>
  values.filter((_, index) => runsAll || (index + place) % share === 0);
