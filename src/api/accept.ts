import type { StoredAnswer } from '../entities/idempotency.ts';
import { enqueue } from '../entities/outbox.ts';
import type { JobContract } from '../infra/queue.ts';
import type { ApiDeps } from './deps.ts';
import { type Change, edit } from './edit.ts';
import { customerIn } from './ownership.ts';
import type { Answer, Call } from './route.ts';
import { type CheckoutKey, readCheckout } from './views/checkout.ts';
import { preferredWait, watchCheckout } from './wait.ts';

const RETRY_AFTER_SECONDS = '1';

export interface Accepted<P> {
  /** The checkout that the command is about, as the client is to see it now. */
  checkout: { id: string };
  body: object;
  /** Absent when there was nothing to do: the same thing was asked for before. */
  command?: { contract: JobContract<P>; payload: P };
}

/**
 * Accepts a command about a checkout: its rows, the command and the idempotency key are one transaction, the work is a
 * job's. Answers 202 with the place to look; with `Prefer: wait` it answers when the checkout has got somewhere.
 * @throws whatever `work` throws: then nothing was accepted.
 */
export async function accept<P extends object>(
  deps: ApiDeps,
  call: Call<unknown, unknown, unknown>,
  change: Change<Accepted<P>>,
): Promise<Answer> {
  const seconds = preferredWait(call.headers);
  let watch: ReturnType<typeof watchCheckout> | undefined;
  try {
    const answer = await edit(deps, call, {
      ...change,
      work: async (tx) => {
        const accepted = await change.work(tx);
        if (accepted.command) enqueue(tx, deps.queues, accepted.command);
        // Listening begins before the commit: what happens after it cannot be missed.
        watch?.stop();
        if (seconds > 0 && accepted.command) watch = watchCheckout(deps, accepted.checkout.id);
        return stored(accepted);
      },
    });
    if (seconds === 0) return answer;
    const { id } = answer.body as { id: string };
    if (watch) await watch.until(seconds, call.signal);
    return answerAsItIs(deps, { id, customerId: customerIn(call) }, answer);
  } finally {
    watch?.stop();
  }
}

const stored = ({ checkout, body }: Accepted<never> | Accepted<object>): StoredAnswer => ({
  status: 202,
  headers: { Location: `/api/v1/store/checkout/${checkout.id}`, 'Retry-After': RETRY_AFTER_SECONDS },
  body,
});

async function answerAsItIs({ db }: ApiDeps, key: CheckoutKey, answer: Answer): Promise<Answer> {
  const reading = await readCheckout(db.query, key);
  if (!reading) return answer;
  const { 'Retry-After': retryAfter = RETRY_AFTER_SECONDS, ...headers } = answer.headers ?? {};
  if (reading.busy) return { status: 202, headers: { ...headers, 'Retry-After': retryAfter }, body: reading.view };
  return { status: 200, headers, body: reading.view };
}
