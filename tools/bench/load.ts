import { Agent } from 'node:http';
import { serve } from './child.ts';
import { buy, type Taken } from './purchase.ts';

/** A request to the load generator. */
export interface Load {
  url: string;
  orders: number;
  concurrency: number;
  /** Each order contains the next two of them. */
  variantIds: string[];
  /** A variant in every order, in place of the first one. */
  hotVariantId?: string;
  /** Whether the checkout request itself waits for the outcome. */
  isPatient: boolean;
}

/** Times in milliseconds, in the order of completion. */
export interface Loaded {
  seconds: number;
  flowMs: number[];
  acceptedMs: number[];
  /** The error messages of failed purchases. */
  failures: string[];
  /** CPU of this process. */
  cpuMs: number;
}

/** Continues from load to load, so that all variants are bought evenly. */
let startedOrders = 0;

// A separate process: time spent on the bench must not count as time of the shop.
serve<Load, Loaded>(async (load) => {
  const agent = new Agent({ keepAlive: true, maxSockets: load.concurrency });
  const buyer = { url: new URL(load.url), agent };
  const taken: Taken[] = [];
  const failures: string[] = [];
  const last = startedOrders + load.orders;
  const buyOn = async () => {
    while (startedOrders < last) {
      await buy(buyer, linesOf(load, startedOrders++), load.isPatient).then(
        (one) => taken.push(one),
        (error: Error) => failures.push(error.message),
      );
    }
  };
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: load.concurrency }, buyOn));
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  agent.destroy();
  return {
    seconds,
    flowMs: taken.map(({ flowMs }) => flowMs),
    acceptedMs: taken.flatMap(({ acceptedMs }) => acceptedMs ?? []),
    failures,
    cpuMs: (user + system) / 1_000,
  };
});

function linesOf({ variantIds, hotVariantId }: Load, index: number): string[] {
  const at = (offset: number) => variantIds[(index * 2 + offset) % variantIds.length] ?? '';
  return [hotVariantId ?? at(0), at(1)];
}
