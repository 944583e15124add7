import type { ApiDeps } from '../../deps.ts';
import { type CheckoutKey, type CheckoutReading, readCheckout } from './checkout-view.ts';

/** One stream that follows a checkout. */
export interface Follower {
  /** Gets the checkout as it stands; undefined when the key does not reach it any more. */
  read(reading: CheckoutReading | undefined): void;
  /** Is called at each heartbeat, before the checkout is read again. */
  beat(): void;
  /** The checkout could not be read. */
  fail(error: unknown): void;
}

/** Follows a checkout until the returned function is called. */
export type Follow = (key: CheckoutKey, follower: Follower) => () => void;

/** Proxies cut streams that stay silent for long. */
const HEARTBEAT_MS = 15_000;

/** Reads each checkout once for all streams of this process that follow it: at each hint, and at each heartbeat. */
export function openCheckoutFeed(
  deps: Pick<ApiDeps, 'db' | 'notifications'>,
  heartbeatMs: number = HEARTBEAT_MS,
): Follow {
  const topics = new Map<string, Topic>();
  return (key, follower) => {
    const name = `${key.id} ${key.customerId ?? 'guest'}`;
    const topic = topics.get(name) ?? openTopic(deps, key, heartbeatMs);
    topics.set(name, topic);
    topic.followers.add(follower);
    topic.refresh();
    return () => {
      topic.followers.delete(follower);
      if (topic.followers.size > 0 || topics.get(name) !== topic) return;
      topic.close();
      topics.delete(name);
    };
  };
}

interface Topic {
  followers: Set<Follower>;
  /** Reads the checkout for all followers; once more when it is called while they wait for an earlier reading. */
  refresh(): void;
  close(): void;
}

function openTopic(
  { db, notifications }: Pick<ApiDeps, 'db' | 'notifications'>,
  key: CheckoutKey,
  heartbeatMs: number,
): Topic {
  const followers = new Set<Follower>();
  let isReading = false;
  let isStale = false;

  async function readForAll(): Promise<void> {
    isReading = true;
    try {
      do {
        isStale = false;
        const reading = await readCheckout(db.query, key);
        for (const follower of [...followers]) follower.read(reading);
      } while (isStale && followers.size > 0);
    } catch (error) {
      for (const follower of [...followers]) follower.fail(error);
    } finally {
      isReading = false;
    }
  }

  const refresh = () => {
    isStale = true;
    if (!isReading) void readForAll();
  };
  const stopListening = notifications.listen(key.id, refresh);
  // A lost hint is made up for at the next heartbeat.
  const heartbeat = setInterval(() => {
    for (const follower of [...followers]) follower.beat();
    refresh();
  }, heartbeatMs);
  return {
    followers,
    refresh,
    close() {
      clearInterval(heartbeat);
      stopListening();
    },
  };
}
