import { setTimeout as wait } from 'node:timers/promises';
import { claimOverdue, readOutbox, recallCommands } from '../../entities/outbox/outbox.ts';
import { releaseCommands } from '../../entities/outbox/parked-commands.ts';
import type { Database } from '../../infra/database/database.ts';
import { unitOfWork } from '../../infra/database/unit-of-work.ts';
import { failpoint } from '../../infra/failpoint.ts';
import { errorFields, observe, observeSparingly } from '../../infra/observability/log.ts';
import type { Queues } from '../../infra/queue/queue.ts';
import type { PaymentProvider } from '../../ports/payments/port.ts';

const BATCH = 500;
const PAUSE_MS = 500;
/** The pause while the outbox is empty: shorter than the four seconds after which a new command is overdue. */
const IDLE_PAUSE_MS = 3_000;
/** 50 commands per second and worker. Stripe accepts 100 calls per second from an account. */
const RELEASED_PER_ROUND = 25;

export interface RelayDeps {
  db: Database;
  queues: Queues;
  provider: Pick<PaymentProvider, 'availability'>;
}

export interface RelayRound {
  /** The number of commands. */
  delivered: number;
  released: number;
  /** Milliseconds until the next round. */
  pauseMs: number;
}

const IDLE: RelayRound = { delivered: 0, released: 0, pauseMs: IDLE_PAUSE_MS };

/**
 * Delivers the overdue commands, and releases parked ones. Does nothing while Redis is down. @throws while Postgres is
 * down
 */
export async function relayOnce({ db, queues, provider }: RelayDeps): Promise<RelayRound> {
  // A claim postpones a command, so claim only while Redis can take the commands.
  if (!queues.isConnected()) return { ...IDLE, pauseMs: PAUSE_MS };
  if (await queues.mayHaveLost()) await recall(db, queues);
  const { isEmpty, hasOverdue, hasParked } = await readOutbox(db);
  if (isEmpty) return IDLE;
  const delivered = hasOverdue ? await deliverOverdue(db, queues) : 0;
  const released = hasParked ? await release({ db, queues, provider }) : 0;
  return { delivered, released, pauseMs: PAUSE_MS };
}

async function recall(db: Database, queues: Queues): Promise<void> {
  const recalled = await recallCommands(db);
  await queues.markDelivered();
  if (recalled > 0) observe('outbox.recalled', { recalled });
}

/** Delivers in batches. */
async function deliverOverdue(db: Database, queues: Queues): Promise<number> {
  let delivered = 0;
  while (queues.isConnected()) {
    const commands = await unitOfWork(db, 'relay.claim', (tx) => claimOverdue(tx, BATCH));
    if (commands.length === 0) return delivered;
    failpoint('relay.claimed');
    await queues.deliver(commands);
    failpoint('relay.delivered');
    delivered += commands.length;
    if (commands.length < BATCH) return delivered;
  }
  return delivered;
}

/**
 * Releases parked commands at a limited rate once the payment provider is back; before that, one at a time, to try
 * whether it is. A crash before the delivery loses none: a released command is soon overdue.
 */
async function release({ db, queues, provider }: RelayDeps): Promise<number> {
  const availability = provider.availability();
  if (availability === 'away') return 0;
  const isTrial = availability === 'trial';
  const commands = await releaseCommands(db, isTrial ? 1 : RELEASED_PER_ROUND);
  // This process must make the trial: each process has its own circuit breaker.
  if (isTrial) commands.forEach(queues.dispatch);
  else await queues.deliver(commands);
  return commands.length;
}

/**
 * Delivers commands again that were not finished in time, because the delivery was lost, Redis was emptied or a worker
 * died, and commands that were parked. Runs in every worker until `signal` aborts.
 */
export async function runRelay(deps: RelayDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    let pauseMs = PAUSE_MS;
    try {
      const round = await relayOnce(deps);
      if (round.delivered > 0) observe('outbox.relayed', { delivered: round.delivered });
      if (round.released > 0) observe('outbox.released', { released: round.released });
      pauseMs = round.pauseMs;
    } catch (error) {
      observeSparingly('outbox.relay.waits', errorFields(error));
    }
    await wait(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
