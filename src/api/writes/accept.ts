import type { StoredResponse } from '../../entities/outbox/idempotency.ts';
import { enqueue } from '../../entities/outbox/outbox.ts';
import type { JobContract } from '../../infra/queue/queue.ts';
import type { ApiDeps } from '../deps.ts';
import type { Answer, Call } from '../http/route.ts';
import { preferenceApplied, preferredWait, readAfterWait, watchForReady } from '../http/wait.ts';
import { type Change, edit } from './edit.ts';

const RETRY_AFTER_SECONDS = '1';

export interface Accepted<P> {
  /** The id of the resource that the client waits for; change notifications use it. */
  id: string;
  /** The path of the resource. */
  location: string;
  body: object;
  /** Absent when an earlier request already enqueued the same command. */
  command?: { contract: JobContract<P>; payload: P };
}

export interface Acceptance<P> extends Change<Accepted<P>> {
  /** Reads the current state of the resource. */
  read(id: string): Promise<{ view: object; busy: boolean } | undefined>;
}

/**
 * Accepts a command: one transaction writes its rows, enqueues its job and stores the idempotency key. Answers 202 with
 * the resource's path; with `Prefer: wait`, waits until the resource is no longer busy and answers its state, also when
 * the request repeats an earlier one.
 * @throws the errors of `work`; then nothing is accepted.
 */
export async function accept<P extends object>(
  deps: ApiDeps,
  call: Call<unknown, unknown, unknown>,
  { read, ...change }: Acceptance<P>,
): Promise<Answer> {
  const seconds = preferredWait(call.headers);
  let watcher: ReturnType<typeof watchForReady> | undefined;
  try {
    const stored = await edit(deps, call, {
      ...change,
      work: async (tx) => {
        const accepted = await change.work(tx);
        if (accepted.command) enqueue(tx, deps.queues, accepted.command);
        // Starts to listen before the commit, so that no notification is missed.
        watcher?.stop();
        if (seconds > 0 && accepted.command) watcher = watchForReady(deps, accepted.id);
        return acceptedAnswer(accepted);
      },
    });
    if (seconds === 0) return stored;
    const answer = { ...stored, headers: { ...stored.headers, ...preferenceApplied(seconds) } };
    const { id } = answer.body as { id: string };
    // Nobody listens yet for the resource of an earlier request: it may be ready, busy or another one.
    if (watcher?.id !== id)
      return withCurrentState(answer, await readAfterWait(deps, { id, seconds, signal: call.signal }, () => read(id)));
    await watcher.wait(seconds, call.signal);
    return withCurrentState(answer, await read(id));
  } finally {
    watcher?.stop();
  }
}

const acceptedAnswer = ({ location, body }: Accepted<never> | Accepted<object>): StoredResponse => ({
  status: 202,
  headers: { Location: location, 'Retry-After': RETRY_AFTER_SECONDS },
  body,
});

function withCurrentState(answer: Answer, reading: { view: object; busy: boolean } | undefined): Answer {
  if (!reading) return answer;
  const { 'Retry-After': retryAfter = RETRY_AFTER_SECONDS, ...headers } = answer.headers ?? {};
  if (reading.busy) return { status: 202, headers: { ...headers, 'Retry-After': retryAfter }, body: reading.view };
  return { status: 200, headers, body: reading.view };
}
