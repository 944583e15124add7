import { expect } from 'chai';
import { newId } from '../../src/infra/ids.ts';
import { askProvider, executeOperation } from '../../src/jobs/payments.ts';
import type { PaymentProvider } from '../../src/ports/payments/port.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { paymentHandlers } from '../../src/workers/payments/payments.ts';
import { providerEventHandlers } from '../../src/workers/payments/provider-events.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

describe('a command for a provider that is away', () => {
  let fresh: FreshDatabase;
  const commandId = newId();
  before(async () => {
    fresh = await freshDatabase();
    await fresh.db.query(
      `insert into outbox (id, queue, name, payload, trace, due_at, created_at)
        values ($1, 'payments', 'payments.execute', '{}', '{}', now(), now())`,
      [commandId],
    );
  });
  beforeEach(() => fresh.db.query(`update outbox set parked_at = null, due_at = now()`));
  after(() => fresh.close());

  const run = async (name: string, isTakeover: boolean) => {
    const provider: Partial<PaymentProvider> = { availability: () => 'away' };
    const deps: Partial<WorkerDeps> = { db: fresh.db, provider: provider as PaymentProvider };
    const job = [...paymentHandlers(deps as WorkerDeps), ...providerEventHandlers(deps as WorkerDeps)].find(
      (handler) => handler.name === name,
    );
    const context = { commandId, isTakeover, starts: 1, progress: () => undefined };
    return job?.run({ operationId: newId(), paymentId: newId() }, context);
  };
  const isParked = async () =>
    (await fresh.db.query(`select from outbox where parked_at is not null and due_at > now() + interval '10 min'`))
      .length;

  for (const { name } of [executeOperation, askProvider]) {
    it(`is parked: ${name}`, async () => {
      expect(await run(name, false)).to.include({ kind: 'parked' });
      expect(await isParked()).to.equal(1);
    });
  }

  it('is not parked before it is taken over from a worker that may still be calling', async () => {
    expect(await run(executeOperation.name, true)).to.include({ kind: 'noop' });
    expect(await isParked()).to.equal(0);
  });
});
