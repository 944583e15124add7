import type { Books } from './books/books.ts';
import type { BookChange } from './books/state.ts';
import { settleIntent } from './intents.ts';
import { settleRefund } from './refunds.ts';
import { openTimers } from './timers.ts';

export interface Settlement {
  /** Schedules the settlement of the intents and refunds in a change. */
  schedule(change: BookChange): void;
  close(): void;
}

/** Settles processing intents and pending refunds when they are due, also those from before a restart. */
export function openSettlement(books: Books): Settlement {
  const timers = openTimers();
  const at = (time: number, settle: () => void) => timers.later(Math.max(0, time - Date.now()), settle);

  function schedule({
    intents = [],
    refunds = [],
  }: {
    intents?: Iterable<Settling>;
    refunds?: Iterable<Settling>;
  }): void {
    for (const { id, settlesAt } of intents) if (settlesAt !== null) at(settlesAt, () => endIntent(books, id));
    for (const { id, settlesAt } of refunds) if (settlesAt !== null) at(settlesAt, () => endRefund(books, id));
  }

  schedule({ intents: books.state.intents.oldestFirst(), refunds: books.state.refunds.oldestFirst() });
  return { schedule, close: timers.close };
}

interface Settling {
  readonly id: string;
  readonly settlesAt: number | null;
}

function endIntent(books: Books, id: string): void {
  const row = books.state.intents.get(id);
  if (row?.status === 'processing') books.commit(settleIntent(row).change);
}

function endRefund(books: Books, id: string): void {
  const row = books.state.refunds.get(id);
  if (row?.status === 'pending') books.commit(settleRefund(books, row).change);
}
