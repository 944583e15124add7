import { expect } from 'chai';
import { MUMBAI } from '../support/address.ts';
import { type Checkout, trail } from '../support/shop.ts';
import { authenticate } from '../support/simulator.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

const BEGUN = ['CREATED → CREATED', 'RESERVED → LOCKED', 'PAYMENT_OPENED → PAYMENT_PENDING'];
const PAID = ['PAYMENT_SUCCEEDED → PAYMENT_CONFIRMED', 'ORDER_STORED → ORDER_CREATED', 'CART_CLOSED → COMPLETED'];

describe('a checkout is paid', () => {
  let flow: Flow;
  let variantId: string;
  before(async function () {
    flow = await sharedFlow(this);
  });
  beforeEach(async () => {
    variantId = await flow.books.stock({ stock: 5, price: 49_900 });
  });

  const start = async (method?: string) => {
    const { shop } = flow;
    return shop.checkout(await shop.cart([{ variantId, quantity: 2 }]), method === undefined ? {} : { method });
  };

  /** Two of five units sold, one charge of their price, one order. */
  async function expectSold(checkout: Checkout, attempts: string[]): Promise<void> {
    const { books } = flow;
    expect(await books.level(variantId)).to.deep.equal({
      onHand: 3,
      reserved: 0,
      moves: ['receive 5', 'reserve 2', 'consume 2'],
    });
    expect(await books.money(checkout.id)).to.deep.equal({
      status: 'succeeded',
      captured: 99_800,
      refunded: 0,
      attempts,
      charged: [99_800],
      returned: [0],
    });
    expect(await books.orders([checkout.cartId])).to.equal(1);
  }

  it('by card', async () => {
    const checkout = await flow.shop.settled(await start('pm_card_visa'));
    expect(trail(checkout)).to.deep.equal([...BEGUN, ...PAID]);
    expect(checkout).to.include({ state: 'COMPLETED', total: 99_800, currency: 'INR' });
    expect(checkout.orderNumber).to.match(/^VC-\d{6}$/);
    expect(checkout.payment).to.include({ provider: 'stripe', status: 'succeeded' });
    await expectSold(checkout, ['succeeded']);
  });

  it('with another method after a decline', async () => {
    const declined = await flow.shop.rested(await start('pm_card_chargeDeclined'));
    expect(declined).to.include({ state: 'PAYMENT_PENDING' });
    expect(declined.payment).to.include({ status: 'requires_method', declineCode: 'generic_decline' });
    expect(await flow.books.level(variantId)).to.include({ onHand: 5, reserved: 2 });
    const checkout = await flow.shop.settled(await flow.shop.pay(declined, 'pm_card_visa'));
    const retried = ['PAYMENT_DECLINED → PAYMENT_PENDING', 'PAY → PAYMENT_PENDING'];
    expect(trail(checkout)).to.deep.equal([...BEGUN, ...retried, ...PAID]);
    await expectSold(checkout, ['declined generic_decline', 'succeeded']);
  });

  it('not by a method that the provider does not know, also after a decline, and says so', async () => {
    const declined = await flow.shop.rested(await start('pm_card_chargeDeclined'));
    const refused = await flow.shop.rested(await flow.shop.pay(declined, 'pm_nope_xyz'));
    expect(refused.state).to.equal('PAYMENT_PENDING');
    expect(refused.payment).to.include({ status: 'requires_method', declineCode: 'payment_method_invalid' });
    // The provider still reports the first decline: that is no news.
    const { books } = flow;
    await books.query(`update payments set updated_at = now() - interval '1 hour' where checkout_id = $1`, [
      refused.id,
    ]);
    await waitFor('the provider was asked', async () => {
      const rows = await books.query<object>(
        `select 1 from payments p where checkout_id = $1 and updated_at > now() - interval '1 minute'
          and not exists (select 1 from outbox where payload->>'paymentId' = p.id::text)`,
        [refused.id],
      );
      return rows.length > 0;
    });
    expect(await flow.shop.look(refused)).to.deep.include({ history: refused.history, payment: refused.payment });
    const checkout = await flow.shop.settled(await flow.shop.pay(refused, 'pm_card_visa'));
    expect(checkout.payment).to.include({ status: 'succeeded' }).and.not.have.property('declineCode');
    const [first, second, third] = (await books.money(checkout.id)).attempts;
    expect([first, third]).to.deep.equal(['declined generic_decline', 'succeeded']);
    expect(second).to.match(/^declined /);
  });

  it('not by a card without funds, and the reservation waits for another', async () => {
    const declined = await flow.shop.rested(await start('pm_card_chargeDeclinedInsufficientFunds'));
    expect(trail(declined)).to.deep.equal([...BEGUN, 'PAYMENT_DECLINED → PAYMENT_PENDING']);
    expect(await flow.books.level(variantId)).to.include({ onHand: 5, reserved: 2 });
    expect(await flow.books.money(declined.id)).to.deep.equal({
      status: 'requires_method',
      captured: 0,
      refunded: 0,
      attempts: ['declined insufficient_funds'],
      charged: [],
      returned: [],
    });
  });

  it('after the customer has authenticated', async () => {
    const waiting = await flow.shop.rested(await start('pm_card_authenticationRequired'));
    expect(trail(waiting)).to.deep.equal([...BEGUN, 'ACTION_REQUIRED → PAYMENT_PENDING']);
    expect(waiting.payment).to.include({ status: 'requires_action' });
    expect(waiting.payment?.clientSecret).to.be.a('string');
    await authenticate(flow.simulator, waiting.payment?.intentId ?? '', 'succeed');
    const checkout = await flow.shop.settled(waiting);
    expect(trail(checkout)).to.deep.equal([...BEGUN, 'ACTION_REQUIRED → PAYMENT_PENDING', ...PAID]);
    await expectSold(checkout, ['succeeded']);
  });

  it('with another method when the authentication failed', async () => {
    const waiting = await flow.shop.rested(await start('pm_card_authenticationRequired'));
    await authenticate(flow.simulator, waiting.payment?.intentId ?? '', 'fail');
    const failed = await waitFor('the failed authentication is known', async () => {
      const now = await flow.shop.look(waiting);
      return now.payment?.status === 'requires_method' && now;
    });
    const checkout = await flow.shop.settled(await flow.shop.pay(failed, 'pm_card_mastercard'));
    const tried = ['ACTION_REQUIRED', 'PAYMENT_DECLINED', 'PAY'].map((event) => `${event} → PAYMENT_PENDING`);
    expect(trail(checkout)).to.deep.equal([...BEGUN, ...tried, ...PAID]);
    await expectSold(checkout, ['declined payment_intent_authentication_failure', 'succeeded']);
  });

  it('by the client itself, whose payment the webhook tells of', async () => {
    const waiting = await flow.shop.rested(await start());
    expect(trail(waiting)).to.deep.equal([...BEGUN, 'METHOD_REQUIRED → PAYMENT_PENDING']);
    const { intentId, clientSecret } = waiting.payment ?? {};
    await fetch(`${flow.simulator}/v1/payment_intents/${intentId}/confirm`, {
      method: 'POST',
      body: new URLSearchParams({ client_secret: clientSecret ?? '', payment_method: 'pm_card_visa' }),
    });
    const checkout = await flow.shop.settled(waiting);
    expect(trail(checkout)).to.deep.equal([...BEGUN, 'METHOD_REQUIRED → PAYMENT_PENDING', ...PAID]);
    await expectSold(checkout, []);
  });

  describe('within the time that its goods are held:', () => {
    const held = async ({ id }: Checkout) => {
      const [row] = await flow.books.query<{ deadline: number; goods: number }>(
        `select extract(epoch from c.expires_at - c.created_at)::int as deadline,
            extract(epoch from r.expires_at - c.created_at)::int as goods
          from checkouts c join reservations r on r.checkout_id = c.id where c.id = $1`,
        [id],
      );
      return row;
    };
    const [BRIEF, USUAL] = [300, 900];
    const forAbout = (seconds: number) => ({ least: seconds, most: seconds + 5 });
    const expectHeld = async (checkout: Checkout, seconds: number) => {
      const { least, most } = forAbout(seconds);
      const found = await held(checkout);
      expect(found?.deadline).to.be.within(least, most);
      expect(found?.goods).to.equal(found?.deadline);
    };

    it('briefly until a method is given, then as long as usual, and no longer for another', async () => {
      const waiting = await flow.shop.rested(await start());
      await expectHeld(waiting, BRIEF);
      const declined = await flow.shop.rested(await flow.shop.pay(waiting, 'pm_card_chargeDeclined'));
      await expectHeld(declined, USUAL);
      const { expiresAt } = declined;
      const again = await flow.shop.rested(await flow.shop.pay(declined, 'pm_card_chargeDeclined'));
      expect(again.expiresAt).to.equal(expiresAt);
    });

    it('as long as usual with a method from the start', async () => {
      await expectHeld(await flow.shop.rested(await start('pm_card_chargeDeclined')), USUAL);
    });

    it('as long as usual when the client has given the method to the provider', async () => {
      const waiting = await flow.shop.rested(await start());
      const { intentId, clientSecret } = waiting.payment ?? {};
      await fetch(`${flow.simulator}/v1/payment_intents/${intentId}/confirm`, {
        method: 'POST',
        body: new URLSearchParams({
          client_secret: clientSecret ?? '',
          payment_method: 'pm_card_authenticationRequired',
        }),
      });
      await waitFor('the customer is asked to act', async () => {
        const now = await flow.shop.look(waiting);
        return now.payment?.status === 'requires_action';
      });
      await expectHeld(waiting, USUAL);
    });
  });

  it('with a bank transfer that takes its time, and stays busy meanwhile', async () => {
    const started = await start('pm_usBankAccount_success');
    const checkout = await flow.shop.rested(started);
    expect(trail(checkout)).to.deep.equal([...BEGUN, 'PAYMENT_PROCESSING → PAYMENT_PENDING', ...PAID]);
    await expectSold(checkout, ['succeeded']);
  });

  it('without the provider when there is nothing to pay', async () => {
    const freebie = await flow.books.stock({ stock: 1, price: 0 });
    const checkout = await flow.shop.buy([{ variantId: freebie, quantity: 1 }]);
    expect(trail(checkout)).to.deep.equal([
      ...BEGUN.slice(0, 2),
      'PAYMENT_SKIPPED → PAYMENT_CONFIRMED',
      ...PAID.slice(1),
    ]);
    expect(checkout).to.include({ state: 'COMPLETED', total: 0 }).and.not.to.have.property('payment');
    expect(await flow.books.money(checkout.id)).to.include({ status: 'none' });
    expect(await flow.books.level(freebie)).to.include({ onHand: 0, reserved: 0 });
  });

  it('and the order shows what was bought, with the tax of the place it goes to', async () => {
    const checkout = await flow.shop.buy([{ variantId, quantity: 3 }], { address: MUMBAI });
    const lines = await flow.books.query(
      `select variant_id as "variantId", quantity, unit_price::int as "unitPrice", line_total::int as "lineTotal",
          taxable_value::int as "taxableValue", cgst::int, sgst::int, igst::int from order_lines where order_id = $1`,
      [checkout.orderId],
    );
    // 149700 × 18 / 118 = 22835.59…
    const taxes = { taxableValue: 126_864, cgst: 0, sgst: 0, igst: 22_836 };
    expect(lines).to.deep.equal([{ variantId, quantity: 3, unitPrice: 49_900, lineTotal: 149_700, ...taxes }]);
  });
});
