import { expect } from 'chai';
import { decide, fromStored, toStored } from '../../src/machines/checkout.ts';
import { newOrder, orderToStored } from '../../src/machines/order.ts';
import { replay, type StoredHistory } from '../../src/machines/replay.ts';

const step = (seq: number, event: string, to: string) => ({ seq, event, to, accepted: true, data: null });

const cancelled = decide(fromStored(null), { type: 'CANCEL' }).next;
const CHECKOUT: StoredHistory = {
  kind: 'checkout',
  machine: toStored(cancelled),
  total: null,
  captured: 0,
  units: 0,
  steps: [step(1, 'CREATE', 'CREATED'), step(2, 'CANCEL', 'CANCELLED')],
};

describe('the replay of a stored history', () => {
  it('has no difference when the machine still decides the same', () => {
    const { steps, machine } = replay(CHECKOUT);
    expect(steps.map(({ replayed, isSame }) => [replayed, isSame])).to.deep.equal([
      ['CREATED', true],
      ['CANCELLED', true],
    ]);
    expect(machine).to.deep.equal([]);
  });

  it('names the step and the part of the machine that differ', () => {
    const stored = { ...toStored(cancelled), value: 'LOCKED' };
    const { steps, machine } = replay({
      ...CHECKOUT,
      machine: stored,
      steps: [step(1, 'CREATE', 'CREATED'), step(2, 'CANCEL', 'LOCKED')],
    });
    expect(steps.map(({ isSame }) => isSame)).to.deep.equal([true, false]);
    expect(machine).to.deep.equal([{ path: 'value', stored: 'LOCKED', replayed: { terminal: 'CANCELLED' } }]);
  });

  it('says that a later release stored the machine, and nothing else of it', () => {
    const machine = { ...toStored(cancelled), version: 99 };
    expect(replay({ ...CHECKOUT, machine }).machine).to.deep.equal([
      { path: 'version', stored: 99, replayed: toStored(cancelled).version },
    ]);
  });

  it('compares the machine only after the last step', () => {
    const machine = { ...toStored(cancelled), version: 99 };
    expect(replay({ ...CHECKOUT, machine }, 1).machine).to.deep.equal([]);
  });

  it('keeps the state of an order that an account claims', () => {
    const order = newOrder({ total: 5_900, units: 1 });
    const { steps, machine } = replay({
      ...CHECKOUT,
      kind: 'order',
      machine: orderToStored(order),
      total: 5_900,
      units: 1,
      steps: [step(1, 'PLACE', 'PENDING'), step(2, 'CLAIMED', 'PENDING')],
    });
    expect(steps.every(({ isSame }) => isSame)).to.equal(true);
    expect(machine).to.deep.equal([]);
  });

  it('has no step when the first one is archived', () => {
    expect(replay({ ...CHECKOUT, steps: CHECKOUT.steps.slice(1) })).to.deep.equal({ steps: [], machine: [] });
  });
});
