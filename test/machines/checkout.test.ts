import { expect } from 'chai';
import { getShortestPaths, getSimplePaths } from 'xstate/graph';
import { CHECKOUT_STATES } from '../../src/domain/states.ts';
import {
  type CheckoutAction,
  type CheckoutEvent,
  type CheckoutSnapshot,
  checkoutMachine,
  decide,
  fromStored,
  type StoredMachine,
  stateOf,
  toStored,
} from '../../src/machines/checkout.ts';

const TOTAL = 99_800;

/** One event of each type, as it comes when all is well. */
const EVENTS: { [T in CheckoutEvent['type']]: CheckoutEvent } = {
  START: { type: 'START' },
  PAY: { type: 'PAY' },
  CANCEL: { type: 'CANCEL' },
  EXPIRE: { type: 'EXPIRE' },
  RESERVED: { type: 'RESERVED', total: TOTAL },
  REFUSED: { type: 'REFUSED', reason: 'PRICE_CHANGED', details: { expected: 1, actual: 2 } },
  ORDER_REFUSED: { type: 'ORDER_REFUSED', reason: 'PAID_BUT_OUT_OF_STOCK' },
  PAYMENT_REFUSED: { type: 'PAYMENT_REFUSED', reason: 'PAYMENT_METHOD_INVALID' },
  PAYMENT_SKIPPED: { type: 'PAYMENT_SKIPPED' },
  PAYMENT_OPENED: { type: 'PAYMENT_OPENED' },
  METHOD_REQUIRED: { type: 'METHOD_REQUIRED' },
  ACTION_REQUIRED: { type: 'ACTION_REQUIRED' },
  PAYMENT_PROCESSING: { type: 'PAYMENT_PROCESSING' },
  PAYMENT_DECLINED: { type: 'PAYMENT_DECLINED' },
  PAYMENT_CANCELED: { type: 'PAYMENT_CANCELED' },
  PAYMENT_SUCCEEDED: { type: 'PAYMENT_SUCCEEDED', amount: TOTAL },
  ORDER_STORED: { type: 'ORDER_STORED' },
  CART_CLOSED: { type: 'CART_CLOSED' },
};

type Name = CheckoutEvent['type'];
/** A state, with its inner step after a dot. */
type Step = string;

const UNDO: CheckoutAction[] = ['release', 'cancelPayment', 'reopenCart'];
const [CANCELLED, EXPIRED, FAILED] = [to('CANCELLED', ...UNDO), to('EXPIRED', ...UNDO), to('FAILED', ...UNDO)];
const PAID = to('PAYMENT_CONFIRMED', 'createOrder');
const METHOD = to('PAYMENT_PENDING.awaitingMethod');
const DECLINED = to('PAYMENT_PENDING.awaitingMethod', 'extendHold');
const ACTION = to('PAYMENT_PENDING.awaitingAction', 'extendHold');
const PROCESSING = to('PAYMENT_PENDING.processing', 'extendHold');
const AGAIN = to('PAYMENT_PENDING.working', 'extendHold', 'confirmPayment');
const PENDING = { PAYMENT_SUCCEEDED: PAID, PAYMENT_CANCELED: FAILED, CANCEL: CANCELLED, EXPIRE: EXPIRED };

/** Everything that is allowed: where each event leads from each step, and what is then to be done. All else is refused. */
const ALLOWED: Record<Step, Partial<Record<Name, ReturnType<typeof to>>>> = {
  CREATED: {
    START: to('CREATED', 'reserve'),
    RESERVED: to('LOCKED', 'openPayment'),
    REFUSED: FAILED,
    CANCEL: CANCELLED,
    EXPIRE: EXPIRED,
  },
  LOCKED: {
    PAYMENT_OPENED: to('PAYMENT_PENDING.working'),
    PAYMENT_SKIPPED: PAID,
    PAYMENT_REFUSED: FAILED,
    CANCEL: CANCELLED,
    EXPIRE: EXPIRED,
  },
  'PAYMENT_PENDING.working': {
    ...PENDING,
    METHOD_REQUIRED: METHOD,
    PAYMENT_DECLINED: DECLINED,
    ACTION_REQUIRED: ACTION,
    PAYMENT_PROCESSING: PROCESSING,
  },
  'PAYMENT_PENDING.awaitingMethod': {
    ...PENDING,
    PAY: AGAIN,
    ACTION_REQUIRED: ACTION,
    PAYMENT_PROCESSING: PROCESSING,
  },
  'PAYMENT_PENDING.awaitingAction': {
    ...PENDING,
    PAY: AGAIN,
    METHOD_REQUIRED: METHOD,
    PAYMENT_DECLINED: DECLINED,
    PAYMENT_PROCESSING: PROCESSING,
  },
  'PAYMENT_PENDING.processing': {
    ...PENDING,
    METHOD_REQUIRED: METHOD,
    PAYMENT_DECLINED: DECLINED,
    ACTION_REQUIRED: ACTION,
  },
  PAYMENT_CONFIRMED: {
    ORDER_STORED: to('ORDER_CREATED', 'closeCart'),
    ORDER_REFUSED: to('FAILED', 'refundPayment', ...UNDO),
  },
  ORDER_CREATED: { CART_CLOSED: to('COMPLETED') },
  COMPLETED: {},
  EXPIRED: { PAYMENT_SUCCEEDED: PAID },
  CANCELLED: { PAYMENT_SUCCEEDED: PAID },
  FAILED: { PAYMENT_SUCCEEDED: PAID },
};

const TERMINAL: Step[] = ['EXPIRED', 'CANCELLED', 'FAILED'];
const OVER: Step[] = ['COMPLETED', ...TERMINAL];
/** Gone through within one transaction: nobody can find a checkout there, so nobody can stop it there. */
const PASSING: Step[] = ['PAYMENT_CONFIRMED', 'ORDER_CREATED'];

describe('the checkout machine', () => {
  const names = Object.keys(EVENTS) as Name[];

  it('allows what the table allows, and refuses everything else without any change', () => {
    for (const step of Object.keys(ALLOWED)) {
      for (const name of names) {
        const from = at(step);
        const { next, accepted, actions } = decide(from, EVENTS[name]);
        const allowed = ALLOWED[step]?.[name];
        const found = { accepted, step: stepOf(next), actions };
        const wished = allowed ? { accepted: true, ...allowed } : { accepted: false, step, actions: [] };
        expect(found, `${name} in ${step}`).to.deep.equal(wished);
        if (!allowed) expect(toStored(next), `${name} in ${step}`).to.deep.equal(toStored(from));
      }
    }
  });

  it('has no step that the table does not know, and no state that the shop does not know', () => {
    const steps = new Set(reachable().map(stepOf));
    expect([...steps].sort()).to.deep.equal(Object.keys(ALLOWED).sort());
    const states = new Set(reachable().map(stateOf));
    expect([...states].sort()).to.deep.equal([...CHECKOUT_STATES].sort());
  });

  it('goes every way through the graph although it is stored and restored after each step', () => {
    const paths = getSimplePaths(checkoutMachine, { events: Object.values(EVENTS) });
    expect(paths.length).to.be.above(100);
    for (const { steps, state } of paths) {
      let stored: StoredMachine | null = null;
      // The first step of a path is the start itself.
      for (const { event } of steps.slice(1)) {
        const { next, accepted } = decide(fromStored(stored), event as CheckoutEvent);
        expect(accepted, `${event.type} on ${steps.map((one) => one.event.type).join(', ')}`).to.equal(true);
        stored = JSON.parse(JSON.stringify(toStored(next))) as StoredMachine;
      }
      expect(toStored(fromStored(stored))).to.deep.equal(toStored(state as CheckoutSnapshot));
    }
  });

  it('can come to an end from everywhere, and to an order from everywhere but money that went back', () => {
    for (const from of reachable()) {
      const paths = getShortestPaths(checkoutMachine, { events: Object.values(EVENTS), fromState: from });
      const ends = new Set(paths.map(({ state }) => stepOf(state as CheckoutSnapshot)));
      expect(
        [...ends].some((step) => OVER.includes(step)),
        stepOf(from),
      ).to.equal(true);
      const { refunded, total } = from.context;
      const isTheEnd = OVER.includes(stepOf(from)) && (refunded || total === null);
      expect(ends.has('COMPLETED'), JSON.stringify(toStored(from))).to.equal(!isTheEnd);
    }
  });

  it('lets the customer and the clock end it wherever it may rest', () => {
    const resting = Object.keys(ALLOWED).filter((step) => !OVER.includes(step) && !PASSING.includes(step));
    expect(resting).to.have.length(6);
    for (const step of resting) {
      expect(stepOf(decide(at(step), EVENTS.CANCEL).next), step).to.equal('CANCELLED');
      expect(stepOf(decide(at(step), EVENTS.EXPIRE).next), step).to.equal('EXPIRED');
    }
  });

  it('undoes what was done on each way out, once', () => {
    for (const from of reachable().filter((snapshot) => !OVER.includes(stepOf(snapshot)))) {
      for (const name of names) {
        const { next, actions } = decide(from, EVENTS[name]);
        if (!TERMINAL.includes(stepOf(next))) continue;
        expect(actions.slice(-3), `${name} in ${stepOf(from)}`).to.deep.equal(UNDO);
        expect(decide(next, EVENTS[name]).actions, `${name} twice`).to.deep.equal([]);
      }
    }
  });

  it('never ignores money that comes late, unless it went back before', () => {
    for (const state of TERMINAL) {
      const late = decide(at(state), EVENTS.PAYMENT_SUCCEEDED);
      expect([late.accepted, stepOf(late.next)], state).to.deep.equal([true, 'PAYMENT_CONFIRMED']);
      const { next: refunded, actions } = decide(late.next, EVENTS.ORDER_REFUSED);
      expect(actions).to.include('refundPayment');
      const again = decide(refunded, EVENTS.PAYMENT_SUCCEEDED);
      expect([again.accepted, again.actions], `${state}, after a refund`).to.deep.equal([false, []]);
    }
  });

  it('takes the whole price, or more; less goes back', () => {
    for (const [step, after] of [
      ['PAYMENT_PENDING.working', 'FAILED'],
      ['EXPIRED', 'EXPIRED'],
    ] as const) {
      const paying = (amount: number) => decide(at(step), { type: 'PAYMENT_SUCCEEDED', amount });
      expect([TOTAL, TOTAL + 1].map((amount) => stepOf(paying(amount).next))).to.deep.equal([PAID.step, PAID.step]);
      const short = paying(TOTAL - 1);
      expect(stepOf(short.next), step).to.equal(after);
      expect(short.actions, step).to.include('refundPayment');
      expect(decide(short.next, { type: 'PAYMENT_SUCCEEDED', amount: TOTAL }).accepted, step).to.equal(false);
    }
  });

  it('creates an order only for money, or for nothing when there is nothing to pay', () => {
    for (const from of reachable()) {
      const makers = names.filter((name) => decide(from, EVENTS[name]).actions.includes('createOrder'));
      const expected = stepOf(from) === 'LOCKED' ? ['PAYMENT_SKIPPED'] : ['PAYMENT_SUCCEEDED'];
      expect(expected, stepOf(from)).to.include.members(makers);
    }
  });

  it('is busy while the server or the provider works, and not while the customer must act', () => {
    const busy = Object.keys(ALLOWED).filter((step) => at(step).hasTag('busy'));
    expect(busy).to.deep.equal([
      'CREATED',
      'LOCKED',
      'PAYMENT_PENDING.working',
      'PAYMENT_PENDING.processing',
      'PAYMENT_CONFIRMED',
      'ORDER_CREATED',
    ]);
  });

  it('keeps amounts and flags, never a person', () => {
    for (const snapshot of reachable()) {
      const { total, refunded, ...more } = toStored(snapshot).context;
      expect(more).to.deep.equal({});
      expect(total === null || Number.isSafeInteger(total)).to.equal(true);
      expect(refunded).to.be.a('boolean');
      expect(Object.keys(toStored(snapshot)).sort()).to.deep.equal(['context', 'value', 'version']);
    }
  });
});

function to(step: Step, ...actions: CheckoutAction[]): { step: Step; actions: CheckoutAction[] } {
  return { step, actions };
}

/** A checkout of TOTAL at a step, with nothing refunded. */
function at(step: Step): CheckoutSnapshot {
  const [state = '', inner] = (TERMINAL.includes(step) ? `terminal.${step}` : step).split('.');
  const value = inner === undefined ? state : { [state]: inner };
  return fromStored({ version: 2, value, context: { total: step === 'CREATED' ? null : TOTAL, refunded: false } });
}

/** Every situation that events can lead to. */
function reachable(): CheckoutSnapshot[] {
  const paths = getShortestPaths(checkoutMachine, { events: Object.values(EVENTS) });
  return paths.map(({ state }) => state as CheckoutSnapshot);
}

function stepOf(snapshot: CheckoutSnapshot): Step {
  const { value } = snapshot;
  const state = stateOf(snapshot);
  return typeof value === 'object' && 'PAYMENT_PENDING' in value ? `${state}.${value.PAYMENT_PENDING}` : state;
}
