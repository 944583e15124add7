import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { CHECKOUT_STATES, ORDER_STATES } from '../../src/domain/states.ts';
import {
  type CheckoutEvent,
  type CheckoutSnapshot,
  decide,
  fromStored,
  migrateCheckout,
  type StoredMachine,
  stateOf,
  toStored,
} from '../../src/machines/checkout.ts';
import {
  decideOrder,
  migrateOrder,
  newOrder,
  type OrderEvent,
  orderFromStored,
  orderToStored,
  type StoredOrder,
} from '../../src/machines/order.ts';
import { EVENTS as ORDER_EVENTS, TOTAL, UNITS } from './order-graph.ts';

/** A snapshot as version 1 stored it after `events`, and all that version 1 then did next; every other event it refused. */
interface Golden<Event, Stored> {
  events: Event[];
  stored: Stored;
  next: { event: Event; to: string; actions: string[] }[];
}

/** The files were written by version 1. They are never written anew: rows like these are in databases. */
const golden = <Event, Stored>(name: string): Golden<Event, Stored>[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'golden', `${name}.json`), 'utf8'));

/** The state as version 1 named it, with the inner state of PAYMENT_PENDING. */
const nameOf = ({ value }: CheckoutSnapshot): string =>
  typeof value === 'string' ? value : Object.entries(value).flat().join('.').replace('terminal.', '');

describe('a checkout that version 1 stored', () => {
  const snapshots = golden<CheckoutEvent, StoredMachine>('checkout-1');
  const events = new Map(snapshots.flatMap(({ next }) => next.map(({ event }) => [JSON.stringify(event), event])));

  it('is there in every state', () => {
    expect([...new Set(snapshots.map(({ stored }) => stateOf(fromStored(stored))))].sort()).to.deep.equal(
      [...CHECKOUT_STATES].sort(),
    );
  });

  for (const { events: past, stored, next } of snapshots) {
    it(`goes on as before from ${JSON.stringify(stored.value)} after ${past.map(({ type }) => type).join(', ') || 'nothing'}`, () => {
      const fresh = past.reduce((from, event) => decide(from, event).next, fromStored(null));
      const restored = fromStored(stored);
      expect(toStored(restored)).to.deep.equal(toStored(fresh));
      expect(stored.version).to.equal(1);
      const found = [...events.values()].flatMap((event) => {
        const { next: to, accepted, actions } = decide(restored, event);
        return accepted ? [{ event, to: nameOf(to), actions }] : [];
      });
      expect(found).to.have.deep.members(next);
    });
  }

  it('keeps its state and amounts when it is migrated, and is migrated once', () => {
    for (const { stored } of snapshots) {
      const before = structuredClone(stored);
      const migrated = migrateCheckout(stored);
      expect(stored).to.deep.equal(before);
      expect(migrated).to.deep.include({ version: 2, context: stored.context });
      expect(migrateCheckout(migrated)).to.deep.equal(migrated);
    }
  });
});

describe('an order that version 1 stored', () => {
  const snapshots = golden<OrderEvent, StoredOrder>('order-1');

  it('is there in every state', () => {
    expect([...new Set(snapshots.map(({ stored }) => stored.value))].sort()).to.deep.equal([...ORDER_STATES].sort());
  });

  for (const { events: past, stored, next } of snapshots) {
    it(`goes on as before from ${stored.value} after ${past.map(({ type }) => type).join(', ') || 'nothing'}`, () => {
      const fresh = past.reduce(
        (from, event) => decideOrder(from, event).next,
        newOrder({ total: TOTAL, units: UNITS }),
      );
      expect(orderToStored(orderFromStored(stored)))
        .to.deep.equal(orderToStored(fresh))
        .and.to.deep.equal(stored);
      const found = ORDER_EVENTS.flatMap((event) => {
        const { next: to, accepted, actions } = decideOrder(orderFromStored(stored), event);
        return accepted ? [{ event, to: to.value, actions }] : [];
      });
      expect(found).to.have.deep.members(next);
    });
  }
});

describe('a snapshot of an unknown version', () => {
  const context = { total: null, refunded: false };

  it('is refused, and the message says what to do', () => {
    for (const version of [0, 1.5, 3]) {
      const stored = { version, value: 'CREATED', context };
      expect(() => fromStored(stored)).to.throw(
        `The stored state has version ${version}, but this release reads versions 1 to 2. Run the release that stored it, or a later one.`,
      );
    }
    const [order] = golden<OrderEvent, StoredOrder>('order-1');
    expect(() => migrateOrder({ ...order, version: 2 } as StoredOrder)).to.throw('reads version 1.');
  });
});
