import { expect } from 'chai';
import { ORDER_COMMANDS, ORDER_STATES } from '../../src/domain/states.ts';
import {
  allowedCommands,
  decideOrder,
  newOrder,
  newPaidOrder,
  orderToStored,
  type StoredOrder,
} from '../../src/machines/order.ts';
import { type Edge, EVENTS, explore, keyOf, reachableFrom, read, TOTAL, UNITS } from './order-graph.ts';

const isByPeople = ({ event }: Edge): boolean => (ORDER_COMMANDS as readonly string[]).includes(event.type);
const stateIn = (key: string) => orderToStored(read(key)).value;

describe('the order machine', () => {
  const graph = explore();
  const keys = [...graph.keys()];
  const steps = keys.flatMap((from) => (graph.get(from) ?? []).map((edge) => ({ from, ...edge })));

  it('gets to every state of the shop, and knows no other', () => {
    expect([...new Set(keys.map(stateIn))].sort()).to.deep.equal([...ORDER_STATES].sort());
    expect(steps.length).to.be.above(200);
  });

  it('keeps units and money in agreement with its state, wherever it gets to', () => {
    for (const key of keys) {
      const { value, context } = orderToStored(read(key));
      const { total, asked, returned, toShip, shipped, delivered } = context;
      expect(returned >= 0 && returned <= asked && asked <= total, key).to.equal(true);
      expect(toShip >= 0 && delivered >= 0 && delivered <= shipped && toShip + shipped <= UNITS, key).to.equal(true);
      if (!['PENDING', 'CONFIRMED', 'PROCESSING'].includes(value)) expect(toShip, key).to.equal(0);
      if (['PENDING', 'CONFIRMED', 'CANCELLED'].includes(value)) expect(shipped, key).to.equal(0);
      if (value === 'PROCESSING') expect(toShip, key).to.be.above(0);
      if (value === 'CANCELLED') expect(asked, key).to.equal(TOTAL);
      if (value === 'SHIPPED') expect(delivered, key).to.be.below(shipped);
      if (value === 'DELIVERED') expect([delivered, shipped > 0], key).to.deep.equal([shipped, true]);
      if (value === 'REFUNDED') expect(returned, key).to.equal(total);
      if (returned === total) expect(value, key).to.be.oneOf(['CANCELLED', 'REFUNDED']);
    }
  });

  it('can come to an end from everywhere, and an operator can bring it there', () => {
    for (const key of keys) {
      const ends = [...reachableFrom(graph, key, () => true)].map(stateIn);
      expect(ends.includes('CANCELLED') || ends.includes('REFUNDED'), key).to.equal(true);
      const value = stateIn(key);
      if (value === 'CANCELLED' || value === 'REFUNDED') continue;
      const byPeople = [...reachableFrom(graph, key, isByPeople)].map((one) => orderToStored(read(one)));
      const isOver = ({ value: state, context }: StoredOrder) =>
        state === 'CANCELLED' || (context.toShip === 0 && context.asked === context.total);
      // A refund is asked for by a person; that the money has gone is for the provider to say.
      expect(value === 'PENDING' || byPeople.some(isOver), key).to.equal(true);
    }
  });

  it('never sends what was cancelled, never cancels what was sent, never asks for more than was paid', () => {
    for (const { from, event, to } of steps) {
      const [before, after] = [read(from).context, read(to).context];
      const sent = after.shipped - before.shipped;
      expect(sent, keyOf(read(from))).to.equal(event.type === 'SHIP' ? event.units : 0);
      if (event.type === 'CANCEL' || event.type === 'CANCEL_BY_CUSTOMER') expect(before.shipped).to.equal(0);
      expect(after.toShip, from).to.be.at.most(before.toShip);
      expect(after.asked, from).to.be.at.most(TOTAL);
    }
  });

  it('asks for work exactly when there is some', () => {
    for (const { from, event } of steps) {
      const { actions } = decideOrder(read(from), event);
      const isSilent = ['PAID', 'PROCESS', 'MONEY_RETURNED', 'MONEY_KEPT'].includes(event.type);
      if (!isSilent) expect(actions, `${event.type} from ${from}`).to.have.length(1);
    }
  });

  it('leaves everything as it is when it refuses', () => {
    for (const from of keys) {
      const taken = new Set((graph.get(from) ?? []).map(({ event }) => event));
      for (const event of EVENTS.filter((one) => !taken.has(one) && !one.type.startsWith('MONEY'))) {
        const { next, accepted, actions } = decideOrder(read(from), event);
        expect([accepted, actions, keyOf(next)]).to.deep.equal([false, [], from]);
      }
    }
  });

  it('says what it allows: each command that it names can be given in some way, and no other', () => {
    for (const key of keys) {
      const taken = new Set((graph.get(key) ?? []).map(({ event }) => event.type));
      const allowed = allowedCommands(read(key));
      const possible = ORDER_COMMANDS.filter((command) => taken.has(command));
      expect(allowed, key).to.include.members(possible);
      // Money can be too little for the refunds of the test, and enough for one paisa.
      expect(
        allowed.filter((command) => !taken.has(command) && command !== 'REFUND' && command !== 'RECORD_REFUND'),
        key,
      ).to.deep.equal([]);
    }
  });

  it('starts paid as if it had been told so', () => {
    const told = decideOrder(newOrder({ total: TOTAL, units: UNITS }), { type: 'PAID' }).next;
    expect(orderToStored(newPaidOrder({ total: TOTAL, units: UNITS }))).to.deep.equal(orderToStored(told));
    const allowed = ['PROCESS', 'CANCEL', 'CANCEL_BY_CUSTOMER', 'CANCEL_UNITS', 'REFUND', 'RECORD_REFUND'];
    expect(allowedCommands(newPaidOrder({ total: 1, units: 1 }))).to.deep.equal(allowed);
  });
});
