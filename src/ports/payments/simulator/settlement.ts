import type { Books } from './books/books.ts';
import type { Change } from './books/state.ts';
import { settleIntent } from './intents.ts';
import { settleRefund } from './refunds.ts';
import { openTimers } from './timers.ts';

export interface Settlement {
  /** Notes what in a change comes to its end later. */
  schedule(change: Change): void;
  close(): void;
}

/** Ends processing intents and pending refunds when their time has come, also those from before a restart. */
export function openSettlement(books: Books): Settlement {
  const timers = openTimers();
  const at = (time: number, settle: () => void) => timers.later(Math.max(0, time - Date.now()), settle);

  function schedule({ intents = [], refunds = [] }: { intents?: Iterable<Ending>; refunds?: Iterable<Ending> }): void {
    for (const { id, settlesAt } of intents) if (settlesAt !== null) at(settlesAt, () => endIntent(books, id));
    for (const { id, settlesAt } of refunds) if (settlesAt !== null) at(settlesAt, () => endRefund(books, id));
  }

  schedule({ intents: books.state.intents.oldestFirst(), refunds: books.state.refunds.oldestFirst() });
  return { schedule, close: timers.close };
}

interface Ending {
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
