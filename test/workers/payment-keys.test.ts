import { expect } from 'chai';
import { newId } from '../../src/infra/ids.ts';
import { executeOperation } from '../../src/jobs/payments.ts';
import { type OpenIntent, type PaymentProvider, ProviderError } from '../../src/ports/payments/port.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { paymentHandlers } from '../../src/workers/payments/payments.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

const TIME_OUT = new ProviderError('unknown', 'PROVIDER_TIMEOUT');
const FAULT = new ProviderError('unknown', 'PROVIDER_ERROR');

type Answer = ProviderError | 'nothing';

describe('the key of a payment that has to be opened again', () => {
  let fresh: FreshDatabase;
  before(async () => {
    fresh = await freshDatabase();
  });
  after(() => fresh.close());

  async function plantOperation(ageMinutes: number): Promise<string> {
    const id = newId();
    await fresh.db.query(
      `with cart as (insert into carts (id, currency, status, created_at, updated_at) values ($1, 'INR', 'checkout', now(), now())),
          checkout as (insert into checkouts (id, order_id, cart_id, cart_version, place_of_supply, currency, total, state, busy,
              steps, expires_at, created_at, updated_at)
            values ($1, $2, $1, 1, 'IN-KA', 'INR', 100, 'LOCKED', true, 1, now() + interval '15 min', now(), now())),
          payment as (insert into payments (id, checkout_id, provider, status, currency, amount, created_at, updated_at)
            values ($1, $1, 'stripe', 'opening', 'INR', 100, now(), now()))
        insert into payment_operations (id, payment_id, kind, amount, idempotency_key, key_round, fence, status, created_at)
          values ($1, $1, 'open', 100, 'open-' || $1, 1, 0, 'pending', now() - $3 * interval '1 min')`,
      [id, newId(), ageMinutes],
    );
    return id;
  }

  /** Runs the operation's job as often as calls and questions are answered; the provider answers in turn. @returns the rounds of the keys used */
  async function roundsOf(operationId: string, calls: Answer[], questions: Answer[]): Promise<number[]> {
    const rounds: number[] = [];
    const next = (answers: Answer[]): null => {
      const answer = answers.shift();
      if (answer instanceof ProviderError) throw answer;
      return null;
    };
    const provider: Partial<PaymentProvider> = {
      availability: () => 'available',
      find: async () => next(questions),
      open: async ({ key }: OpenIntent) => {
        rounds.push(Number(key.split('-').at(-1)));
        next(calls);
        throw new Error('a call more than expected');
      },
    };
    const deps: Partial<WorkerDeps> = { db: fresh.db, provider: provider as PaymentProvider };
    const [handler] = paymentHandlers(deps as WorkerDeps);
    for (let starts = 1; calls.length > 0; starts++) {
      const context = { commandId: newId(), isTakeover: false, starts, progress: () => undefined };
      expect(await handler?.run({ operationId }, context)).to.include({ kind: 'snooze' });
    }
    return rounds;
  }

  it('is used up by each error of the provider', async () => {
    expect(await roundsOf(await plantOperation(0), [FAULT, FAULT, FAULT], ['nothing', 'nothing'])).to.deep.equal([
      1, 2, 3,
    ]);
  });

  it('stays after a call without an answer, whatever is answered then, also of an old operation', async () => {
    for (const age of [0, 10]) {
      const rounds = await roundsOf(
        await plantOperation(age),
        [TIME_OUT, FAULT, TIME_OUT],
        [FAULT, 'nothing', 'nothing'],
      );
      expect(rounds, `${age} minutes`).to.deep.equal([1, 1, 1]);
    }
  });

  it('stays after a call of which nothing was written down', async () => {
    const id = await plantOperation(0);
    const [handler] = paymentHandlers({
      db: fresh.db,
      provider: {
        availability: () => 'available',
        open: async () => Promise.reject(FAULT),
      } as Partial<PaymentProvider>,
    } as WorkerDeps);
    await handler?.run(
      { operationId: id },
      { commandId: newId(), isTakeover: true, starts: 2, progress: () => undefined },
    );
    const [row] = await fresh.db.query(`select key_round as round, fence from payment_operations where id = $1`, [id]);
    expect(row).to.deep.equal({ round: 1, fence: 1 });
    expect(executeOperation.name).to.equal(handler?.name);
  });

  it('is never used when the checkout is over: the operation waits for a call that may be under way, and ends', async () => {
    const id = await plantOperation(1);
    await fresh.db.query(
      `update checkouts set state = 'CANCELLED', busy = false, reason = 'CANCELLED_BY_CUSTOMER' where id = $1`,
      [id],
    );
    const provider: Partial<PaymentProvider> = { availability: () => 'available', find: async () => null };
    const [handler] = paymentHandlers({ db: fresh.db, provider } as WorkerDeps);
    const start = (isTakeover: boolean) =>
      handler?.run({ operationId: id }, { commandId: newId(), isTakeover, starts: 2, progress: () => undefined });
    expect(await start(true)).to.include({ kind: 'snooze' });
    expect(await start(false)).to.include({ kind: 'snooze' });
    await fresh.db.query(`update payment_operations set unanswered_at = now() - interval '31 s' where id = $1`, [id]);
    expect(await start(false)).to.deep.equal({ kind: 'noop', why: 'nothing to do at the provider' });
    const [row] = await fresh.db.query(`select status, fence from payment_operations where id = $1`, [id]);
    expect(row).to.deep.equal({ status: 'refused', fence: 1 });
  });
});
