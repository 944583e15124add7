import { closedReason } from '../discounts/offer-precedence.ts';
import type { PriceListEntry, PriceListInput } from '../inputs.ts';
import type { ExplanationStep } from '../output.ts';

export interface Offered {
  list: PriceListInput;
  entry: PriceListEntry;
}

/** The entries of the open price lists, by variant. */
export type OpenLists = ReadonlyMap<string, readonly Offered[]>;

export function openLists(
  lists: readonly PriceListInput[],
  when: { at: number; groups: ReadonlySet<string> },
  explanation: ExplanationStep[],
): OpenLists {
  const open = new Map<string, Offered[]>();
  for (const list of lists) {
    const skipped = closedReason(list, when);
    if (skipped) explanation.push({ step: 'price-list', id: list.id, name: list.name, before: 0, after: 0, skipped });
    else {
      for (const entry of list.entries) {
        const existing = open.get(entry.variantId);
        if (existing) existing.push({ list, entry });
        else open.set(entry.variantId, [{ list, entry }]);
      }
    }
  }
  return open;
}

/**
 * Returns the unit price of a line before rules. Among the entries whose quantity it reaches, the highest priority
 * wins, then the lowest price; without an entry it is the variant's own price.
 */
export function listPrice(
  open: OpenLists,
  line: { variantId: string; unitPrice: number; quantity: number; index: number },
  explanation: ExplanationStep[],
): number {
  const { variantId, unitPrice: before, quantity, index: lineIndex } = line;
  const offered = open.get(variantId) ?? [];
  const reached = offered.filter(({ entry }) => entry.minQuantity <= quantity);
  const winner = reached.toSorted(better)[0];
  for (const { list, entry } of offered) {
    const isWinner = winner?.list === list && winner.entry === entry;
    if (!isWinner && winner?.list === list) continue;
    const skipped = isWinner ? undefined : skipReason(entry, { winner, quantity, list });
    const after = isWinner ? entry.price : before;
    const { id, name } = list;
    explanation.push({ step: 'price-list', id, name, lineIndex, before, after, ...(skipped && { skipped }) });
  }
  return winner?.entry.price ?? before;
}

const better = (a: Offered, b: Offered): number =>
  b.list.priority - a.list.priority || a.entry.price - b.entry.price || (a.list.id < b.list.id ? -1 : 1);

function skipReason(
  entry: PriceListEntry,
  { winner, quantity, list }: { winner: Offered | undefined; quantity: number; list: PriceListInput },
): string {
  if (entry.minQuantity > quantity) return 'MIN_QUANTITY_NOT_MET';
  return winner && winner.list.priority > list.priority ? 'LOWER_PRIORITY' : 'NOT_CHEAPER';
}
