import { z } from 'zod';

const rate = z.number().min(0).max(1);
const milliseconds = z.number().int().min(0).max(3_600_000);
const span = z.union([milliseconds, z.tuple([milliseconds, milliseconds])]);

const knobs = z.strictObject({
  down: z.boolean(),
  latencyMs: span,
  errorRate: rate,
  keptErrorRate: rate,
  errorAfterSuccessRate: rate,
  timeoutAfterSuccessRate: rate,
  timeoutMs: milliseconds,
  processingMs: milliseconds,
  webhookDuplicates: z.number().int().min(0).max(100),
  webhookDelayMs: span,
  webhookOutOfOrder: z.boolean(),
  webhookDropRate: rate,
  seed: z.number().int().nullable(),
});

export type Knobs = z.infer<typeof knobs>;
type Span = z.infer<typeof span>;

const DEFAULTS: Knobs = {
  down: false,
  latencyMs: 0,
  errorRate: 0,
  keptErrorRate: 0,
  errorAfterSuccessRate: 0,
  timeoutAfterSuccessRate: 0,
  timeoutMs: 30_000,
  processingMs: 1_000,
  webhookDuplicates: 0,
  webhookDelayMs: 0,
  webhookOutOfOrder: false,
  webhookDropRate: 0,
  seed: null,
};

export interface Faults {
  knobs(): Knobs;
  /** Sets the knobs named in `wish` and answers what is wrong with it, or null when all of it was taken. */
  set(wish: unknown): string | null;
  reset(): void;
  /** True in `rate` of all cases; draws no random number for 0 and 1, so that unused knobs do not disturb a seed. */
  chance(rate: number): boolean;
  /** A whole number of milliseconds within the span. */
  within(span: Span): number;
}

/** The knobs with which a test makes the provider misbehave, and the dice that go with them. */
export function openFaults(): Faults {
  let current = DEFAULTS;
  let roll = Math.random;
  return {
    knobs: () => current,
    set(wish) {
      const result = knobs.partial().safeParse(wish);
      if (!result.success) return result.error.issues.map(complaint).join('; ');
      current = { ...current, ...(result.data as Partial<Knobs>) };
      if (result.data.seed !== undefined) roll = dice(current.seed);
      return null;
    },
    reset() {
      current = DEFAULTS;
      roll = Math.random;
    },
    chance: (rate) => rate === 1 || (rate > 0 && roll() < rate),
    within: (span) => (typeof span === 'number' ? span : Math.round(span[0] + roll() * (span[1] - span[0]))),
  };
}

function complaint(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `unknown knob: ${issue.keys.join(', ')}`;
  return issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message;
}

/** A small repeatable generator (mulberry32); good enough to choose which request fails. */
function dice(seed: number | null): () => number {
  if (seed === null) return Math.random;
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
