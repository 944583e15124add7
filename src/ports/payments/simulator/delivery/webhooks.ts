import type { EventRow } from '../books/state.ts';
import type { Faults } from '../faults.ts';
import { renderEvent } from '../render.ts';
import { openTimers, type Timers } from '../timers.ts';
import { openPost } from './post.ts';

export interface WebhookOptions {
  url: string;
  secret: string;
  /** Event types that the endpoint is not subscribed to. */
  unsubscribed: readonly string[];
  faults: Faults;
  /** Called with the events that need no further delivery: delivered, dropped by a fault, or unsubscribed. */
  delivered(ids: string[]): void;
  log(event: string, fields: object): void;
}

export interface Webhooks {
  send(events: Iterable<EventRow>): void;
  sent(): number;
  close(): void;
}

const LAST_RETRY_MS = 60_000;
const RETRY_AFTER_MS = [200, 1_000, 2_000, 3_000, 5_000, 10_000, 30_000];
/** How long events are collected before they are sent in reverse order, in milliseconds. */
const SHUFFLE_MS = 100;
/**
 * Deliveries are recorded in batches, in milliseconds. After a kill, events may be sent again, as real webhooks are.
 */
const RECORD_AFTER_MS = 250;

/** Delivers events to one URL at least once, with retries, in no guaranteed order. */
export function openWebhooks(options: WebhookOptions): Webhooks {
  const { faults } = options;
  const timers = openTimers();
  const notes = openNotes(timers, options.delivered);
  const post = openPost(options.url, options.secret);
  const held: EventRow[] = [];
  let sent = 0;

  function deliver(event: EventRow): Promise<boolean> {
    sent += 1;
    return post(JSON.stringify(renderEvent(event)));
  }

  async function attempt(event: EventRow, retries: number): Promise<void> {
    if (await deliver(event)) return notes.add(event.id);
    const wait = RETRY_AFTER_MS[retries] ?? LAST_RETRY_MS;
    options.log('simulator.webhook_refused', { event: event.id, type: event.type, retryInMs: wait });
    timers.later(wait, () => void attempt(event, retries + 1));
  }

  async function first(event: EventRow): Promise<void> {
    if (faults.chance(faults.knobs().webhookDropRate)) return notes.add(event.id);
    const copies = Array.from({ length: faults.knobs().webhookDuplicates }, () => deliver(event));
    await Promise.all([attempt(event, 0), ...copies]);
  }

  async function sendReversed(): Promise<void> {
    for (const event of held.splice(0).reverse()) await first(event);
  }

  return {
    sent: () => sent,
    send(events) {
      const { webhookDelayMs, webhookOutOfOrder } = faults.knobs();
      for (const event of events) {
        if (options.unsubscribed.includes(event.type)) {
          notes.add(event.id);
          continue;
        }
        const delay = faults.within(webhookDelayMs);
        if (!webhookOutOfOrder) timers.later(delay, () => void first(event));
        else if (held.push(event) === 1) timers.later(SHUFFLE_MS + delay, () => void sendReversed());
      }
    },
    close() {
      timers.close();
      notes.flush();
    },
  };
}

/** Collects the ids of delivered events, to write one journal line for many events. */
function openNotes(timers: Timers, delivered: (ids: string[]) => void): { add(id: string): void; flush(): void } {
  const taken: string[] = [];
  const flush = () => {
    if (taken.length > 0) delivered(taken.splice(0));
  };
  return {
    flush,
    add(id) {
      if (taken.push(id) === 1) timers.later(RECORD_AFTER_MS, flush);
    },
  };
}
