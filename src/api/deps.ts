import type { Database } from '../infra/database.ts';
import type { Hints } from '../infra/hints.ts';
import type { Queues } from '../infra/queue.ts';

/** What the doors work with; put together in main.ts. */
export interface ApiDeps {
  db: Database;
  queues: Queues;
  hints: Hints;
  /** Signs the secrets that are handed out with carts. */
  secret: string;
  /** ISO 4217. */
  currency: string;
  /** ISO 3166-2 code of the seller's state. */
  sellerState: string;
  /** Aborts when the process begins to stop: open streams then end. */
  stopping: AbortSignal;
}
