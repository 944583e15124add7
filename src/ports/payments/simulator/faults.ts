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
  /** Sets the faults in `changes`. @returns the problem, and changes nothing, if they are invalid; else null */
  set(changes: unknown): string | null;
  reset(): void;
  /**
   * True with probability `rate`. Draws no random number for 0 and 1, so that unused faults do not change a seeded run.
   */
  chance(rate: number): boolean;
  /** A random integer within the span, in milliseconds. */
  within(span: Span): number;
}

/** The faults that a test can set, and the random generator for their probabilities. */
export function openFaults(): Faults {
  let current = DEFAULTS;
  let random = Math.random;
  return {
    knobs: () => current,
    set(changes) {
      const result = knobs.partial().safeParse(changes);
      if (!result.success) return result.error.issues.map(describeIssue).join('; ');
      current = { ...current, ...(result.data as Partial<Knobs>) };
      if (result.data.seed !== undefined) random = seededRandom(current.seed);
      return null;
    },
    reset() {
      current = DEFAULTS;
      random = Math.random;
    },
    chance: (rate) => rate === 1 || (rate > 0 && random() < rate),
    within: (span) => (typeof span === 'number' ? span : Math.round(span[0] + random() * (span[1] - span[0]))),
  };
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `unknown fault: ${issue.keys.join(', ')}`;
  return issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message;
}

/** A seeded random generator (mulberry32). */
function seededRandom(seed: number | null): () => number {
  if (seed === null) return Math.random;
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
