import { ERRORS } from '../../../../domain/errors.ts';
import { failureOf } from '../../../http/errors/failure.ts';

/** A part of the overview, or why it is missing. */
export type Part<T> = { value: T } | { missing: string; isOutage: boolean };

/** Waits for a part. @throws the errors that are neither a missing permission nor an outage */
export async function partOf<T>(reading: Promise<T>): Promise<Part<T>> {
  try {
    return { value: await reading };
  } catch (error) {
    const { code, message = ERRORS[code].message, details } = failureOf(error);
    const isOutage = ERRORS[code].status === 503;
    if (isOutage) return { missing: message, isOutage };
    if (code !== 'FORBIDDEN') throw error;
    const permission =
      details instanceof Object && 'missing' in details ? ` The permission ${details.missing} is missing.` : '';
    return { missing: `Your role does not allow you to see this.${permission}`, isOutage };
  }
}

/**
 * Reads at most every `ms` milliseconds: calls in between share the last reading. A reading that fails is not kept.
 */
export function readSparingly<A, T>(ms: number, read: (request: A) => Promise<T>): (request: A) => Promise<T> {
  let last: { at: number; reading: Promise<T> } | undefined;
  return (request) => {
    if (last && performance.now() - last.at < ms) return last.reading;
    const reading = read(request);
    last = { at: performance.now(), reading };
    reading.catch(() => {
      if (last?.reading === reading) last = undefined;
    });
    return reading;
  };
}
