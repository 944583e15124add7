import type { TimeWindow } from '../../domain/pricing/inputs.ts';

interface StoredWindow {
  startsAt?: Date | null;
  endsAt?: Date | null;
}

/** Changes the given ends of the period of an offer. */
export function changeWindow(offer: StoredWindow, { startsAt, endsAt }: Partial<TimeWindow>): void {
  if (startsAt !== undefined) offer.startsAt = startsAt === null ? null : new Date(startsAt);
  if (endsAt !== undefined) offer.endsAt = endsAt === null ? null : new Date(endsAt);
}

/** The period of an offer in ISO 8601, as the pricing engine reads it. */
export const windowOf = ({ startsAt, endsAt }: StoredWindow): TimeWindow => ({
  startsAt: startsAt?.toISOString() ?? null,
  endsAt: endsAt?.toISOString() ?? null,
});
