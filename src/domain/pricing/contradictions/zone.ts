import type { ShippingZone } from '../inputs.ts';
import { type Contradiction, collect, contradictionIf } from './contradiction.ts';

/** Finds zones that can never be reached or never deliver. */
export function zoneContradictions(zones: readonly ShippingZone[]): Contradiction[] {
  return zones.flatMap((zone, place) => {
    const where = `zones[${place}]`;
    const earlier = zones.slice(0, place);
    const isHidden = earlier.some(
      ({ states }) =>
        states.length === 0 || (zone.states.length > 0 && zone.states.every((state) => states.includes(state))),
    );
    const thresholds = zone.rates.map((rate) => `${rate.fromWeightGrams} ${rate.fromSubtotal}`);
    const isOpen = zone.rates.some(({ fromWeightGrams, fromSubtotal }) => fromWeightGrams === 0 && fromSubtotal === 0);
    return collect([
      contradictionIf(isHidden, where, 'a zone before it has all of its states', 'before the zone that is everywhere'),
      contradictionIf(
        new Set(thresholds).size < thresholds.length,
        `${where}.rates`,
        'two begin at the same',
        'each threshold once',
      ),
      contradictionIf(
        !isOpen,
        `${where}.rates`,
        'none is for the lightest and smallest order',
        'a rate from 0 grams and 0 paise',
      ),
    ]);
  });
}
