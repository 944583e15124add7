import { expect } from 'chai';
import { done, handler } from '../../src/infra/queue/handler.ts';
import { warmCaches } from '../../src/jobs/caches.ts';
import { JOBS } from '../../src/jobs/schedule.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { allHandlers, onePerJob } from '../../src/workers/runtime/handlers.ts';

describe('the handlers of the workers', () => {
  const handlers = allHandlers({} as WorkerDeps);

  it('are one for each job, in the queue of its contract', () => {
    const queues = new Map<string, string>(JOBS.map(({ name, queue }) => [name, queue]));
    expect(handlers.map(({ name }) => name)).to.have.members([...queues.keys()]);
    for (const { name, queue } of handlers) expect(queue, name).to.equal(queues.get(name));
  });

  it('fail at the start when a job has none, or two', () => {
    // The types of this list do not say which jobs it has.
    const lists = [handlers.slice(1), [...handlers, ...handlers.slice(0, 1)]] as ReturnType<typeof everyName>[];
    for (const list of lists) expect(() => onePerJob(list)).to.throw(`exactly one handler each: ${handlers[0]?.name}`);
  });

  it('fail in types when a job has none', () => {
    type Arguments = Parameters<typeof onePerJob<'caches.warm'>>;
    // tsc checks it: with handlers of one job only, the others are a second argument.
    const asksForTheOthers: Arguments extends [unknown, infer Missing] ? Missing : never = 'checkout.advance';
    const list = [handler(warmCaches, async () => done)];
    expect(() => onePerJob<'caches.warm'>(list, asksForTheOthers)).to.throw('checkout.advance');
  });
});

const everyName = () => JOBS.map(({ name, queue }) => ({ name, queue, run: async () => done }));
