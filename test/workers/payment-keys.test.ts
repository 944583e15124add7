import { expect } from 'chai';
import { CHECKOUT_INVARIANTS } from '../../src/entities/invariants/checkouts.ts';
import { PAYMENT_INVARIANTS } from '../../src/entities/invariants/payments.ts';
import { type Tx, unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { newId } from '../../src/infra/ids.ts';
import { executeOperation } from '../../src/jobs/payments.ts';
import { type OpenIntent, type PaymentProvider, ProviderError } from '../../src/ports/payments/port.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { paymentHandlers } from '../../src/workers/payments/payments.ts';
import { REPAIRS } from '../../src/workers/reconciliation/repairs.ts';
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

  it('is looked for since the checkout began, as a restored database opens a payment later', async () => {
    const id = await plantOperation(0);
    await fresh.db.query(`update payment_operations set status = 'unknown' where id = $1`, [id]);
    await fresh.db.query(`update checkouts set created_at = now() - interval '1 h' where id = $1`, [id]);
    const asked: Date[] = [];
    const provider: Partial<PaymentProvider> = {
      availability: () => 'available',
      find: async (_, since) => {
        asked.push(since);
        throw TIME_OUT;
      },
    };
    const [handler] = paymentHandlers({ db: fresh.db, provider } as WorkerDeps);
    const context = { commandId: newId(), isTakeover: false, starts: 1, progress: () => undefined };
    await handler?.run({ operationId: id }, context);
    expect(asked.map((since) => Math.floor((Date.now() - since.getTime()) / 60_000))).to.deep.equal([61]);
  });

  it('is not decided by a second command while the first one is parked', async () => {
    const id = await plantOperation(20);
    const undecided = async () =>
      (await fresh.db.query<{ operationId: string }>(sql)).filter(({ operationId }) => operationId === id).length;
    const sql = PAYMENT_INVARIANTS.find(({ name }) => name === 'operations.are-decided')?.sql ?? '';
    const late = CHECKOUT_INVARIANTS.find(({ name }) => name === 'outbox.is-delivered')?.sql ?? '';
    expect(await undecided()).to.equal(1);
    await fresh.db.query(
      `insert into outbox (id, queue, name, payload, trace, due_at, parked_at, created_at)
        values ($1::uuid, 'payments', 'payments.execute', jsonb_build_object('operationId', $1::text), '{}', now(), now(),
          now() - interval '1 h')`,
      [id],
    );
    expect([await undecided(), await fresh.db.query(late)]).to.deep.equal([0, []]);
    await fresh.db.query(`update outbox set parked_at = null`);
    expect([await undecided(), (await fresh.db.query(late)).length]).to.deep.equal([1, 1]);
    const found = { id: newId(), kind: 'operations.are-decided', facts: { operationId: id }, cause: id };
    const repair = (tx: Tx) => REPAIRS[found.kind]?.repair({ db: fresh.db } as WorkerDeps, tx, found);
    expect(await unitOfWork(fresh.db, 'test', async (tx) => repair(tx))).to.equal('its command is under way');
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
