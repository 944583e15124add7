import type { ApiDeps } from '../../deps.ts';
import { type CheckoutKey, type CheckoutReading, readCheckout } from './checkout-view.ts';

/** The callbacks of one stream that follows a checkout. */
export interface Follower {
  /** Receives the current checkout; undefined when the key no longer gives access to the checkout. */
  onReading(reading: CheckoutReading | undefined): void;
  /** Runs at each heartbeat, before the feed reads the checkout again. */
  onHeartbeat(): void;
  /** Receives the error when the feed cannot read the checkout. */
  onError(error: unknown): void;
}

/** Follows a checkout until the caller calls the returned function. */
export type Follow = (key: CheckoutKey, follower: Follower) => () => void;

/** Proxies close streams that send nothing for long. */
const HEARTBEAT_MS = 15_000;

/** Reads a checkout once for all its streams in this process: at each change notification and at each heartbeat. */
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
  /** Reads the checkout for all followers. A call during a reading causes one more reading. */
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
        for (const follower of [...followers]) follower.onReading(reading);
      } while (isStale && followers.size > 0);
    } catch (error) {
      for (const follower of [...followers]) follower.onError(error);
    } finally {
      isReading = false;
    }
  }

  const refresh = () => {
    isStale = true;
    if (!isReading) void readForAll();
  };
  const stopListening = notifications.listen(key.id, refresh);
  // The heartbeat also reads the checkout when a change notification is lost.
  const heartbeat = setInterval(() => {
    for (const follower of [...followers]) follower.onHeartbeat();
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
