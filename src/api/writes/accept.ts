import type { StoredAnswer } from '../../entities/outbox/idempotency.ts';
import { enqueue } from '../../entities/outbox/outbox.ts';
import type { JobContract } from '../../infra/queue/queue.ts';
import type { ApiDeps } from '../deps.ts';
import type { Answer, Call } from '../http/route.ts';
import { preferredWait, watch } from '../http/wait.ts';
import { type Change, edit } from './edit.ts';

const RETRY_AFTER_SECONDS = '1';

export interface Accepted<P> {
  /** What the client waits for: whoever changes it gives a hint under this id. */
  id: string;
  /** Where it can be looked at. */
  location: string;
  body: object;
  /** Absent when there was nothing to do: the same thing was asked for before. */
  command?: { contract: JobContract<P>; payload: P };
}

export interface Acceptance<P> extends Change<Accepted<P>> {
  /** Reads what the client waits for as it stands. */
  read(id: string): Promise<{ view: object; busy: boolean } | undefined>;
}

/**
 * Accepts a command: its rows, the command and the idempotency key are one transaction, the work is a job's. Answers 202
 * with the place to look; with `Prefer: wait` it answers when the thing it is about has got somewhere.
 * @throws whatever `work` throws: then nothing was accepted.
 */
export async function accept<P extends object>(
  deps: ApiDeps,
  call: Call<unknown, unknown, unknown>,
  { read, ...change }: Acceptance<P>,
): Promise<Answer> {
  const seconds = preferredWait(call.headers);
  let watched: ReturnType<typeof watch> | undefined;
  try {
    const answer = await edit(deps, call, {
      ...change,
      work: async (tx) => {
        const accepted = await change.work(tx);
        if (accepted.command) enqueue(tx, deps.queues, accepted.command);
        // Listening begins before the commit: what happens after it cannot be missed.
        watched?.stop();
        if (seconds > 0 && accepted.command) watched = watch(deps, accepted.id);
        return stored(accepted);
      },
    });
    if (seconds === 0) return answer;
    const { id } = answer.body as { id: string };
    if (watched) await watched.until(seconds, call.signal);
    return asItIs(await read(id), answer);
  } finally {
    watched?.stop();
  }
}

const stored = ({ location, body }: Accepted<never> | Accepted<object>): StoredAnswer => ({
  status: 202,
  headers: { Location: location, 'Retry-After': RETRY_AFTER_SECONDS },
  body,
});

function asItIs(reading: { view: object; busy: boolean } | undefined, answer: Answer): Answer {
  if (!reading) return answer;
  const { 'Retry-After': retryAfter = RETRY_AFTER_SECONDS, ...headers } = answer.headers ?? {};
  if (reading.busy) return { status: 202, headers: { ...headers, 'Retry-After': retryAfter }, body: reading.view };
  return { status: 200, headers, body: reading.view };
}
