import { setTimeout as pause } from 'node:timers/promises';
import { scaled } from './pace.ts';

/** The pauses between two looks: short at first, longer when it takes its time. */
const PAUSES = { first: 10, longest: 150, growth: 1.4 };

/**
 * Looks again and again until `look` answers something that is neither false, null nor undefined. A look that throws has
 * not seen it yet: processes may be away, expectations may not hold yet. The deadline is for a quiet machine.
 * @throws Error after `withinMs`, scaled by the pace of this machine, with what the last look threw as its cause.
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T> | T,
  withinMs = 10_000,
): Promise<Exclude<T, false | null | undefined>> {
  const scaledMs = scaled(withinMs);
  const deadline = Date.now() + scaledMs;
  for (let ms = PAUSES.first; ; ms = Math.min(ms * PAUSES.growth, PAUSES.longest)) {
    const { seen, cause } = await lookOnce(look);
    if (seen !== undefined && seen !== null && seen !== false) return seen as Exclude<T, false | null | undefined>;
    if (Date.now() > deadline) throw notSeen({ what, withinMs: scaledMs, cause });
    await pause(ms);
  }
}

async function lookOnce<T>(look: () => Promise<T> | T): Promise<{ seen?: T; cause?: unknown }> {
  try {
    return { seen: await look() };
  } catch (cause) {
    return { cause };
  }
}

const notSeen = ({ what, withinMs, cause }: { what: string; withinMs: number; cause?: unknown }): Error =>
  new Error(`did not happen within ${withinMs} ms: ${what}${cause ? ` (${cause})` : ''}`, { cause });
