import { randomUUID } from 'node:crypto';
import { sellerOf } from '../../src/domain/invoices/seller.ts';
import type { RefundLine } from '../../src/domain/orders/refundable.ts';
import type { OrderCommand } from '../../src/domain/states.ts';
import { appendOrderCommand } from '../../src/entities/order/command.ts';
import { enqueue } from '../../src/entities/outbox/outbox.ts';
import type { OpenProviderEvent } from '../../src/entities/payment/provider-event.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { newId } from '../../src/infra/ids.ts';
import type { JobContext } from '../../src/infra/queue/handler.ts';
import type { Command, Queues } from '../../src/infra/queue/queue.ts';
import { carryOutCommand } from '../../src/jobs/orders.ts';
import { executeOperation } from '../../src/jobs/payments.ts';
import { newPaidOrder, orderToStored } from '../../src/machines/order.ts';
import { type PaymentProvider, ProviderError, type ProviderRefund } from '../../src/ports/payments/port.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { issue } from '../../src/workers/invoices/invoices.ts';
import { orderHandlers } from '../../src/workers/orders/orders.ts';
import { bookDashboardRefunds, revokeDashboardRefund } from '../../src/workers/payments/dashboard-refunds.ts';
import { paymentHandlers } from '../../src/workers/payments/payments.ts';
import { revokeRefund } from '../../src/workers/payments/second-charges-and-failed-refunds.ts';
import { stockVariant } from '../support/books.ts';
import type { FreshDatabase } from '../support/database.ts';

/** A line of which every unit has the same amounts, in paise: the tax of a unit is two equal halves. */
export interface UnitLine {
  quantity: number;
  price: number;
  half: number;
  ratePercent: string;
}

const SELLER = sellerOf({ name: 'Shop', address: 'Here', gstin: '29AABCV1234K1Z9', state: 'IN-KA' });
const DELIVERY = { price: 5_000, half: 381 };

/** A paid order in the tables with the handlers that work on it, and the provider's dashboard beside it. */
export class PaidOrder {
  readonly orderId = newId();
  readonly checkoutId = newId();
  readonly intentId = `pi_${randomUUID()}`;
  readonly refunds: ProviderRefund[] = [];
  /** The status of the provider's answers to the next refunds. */
  refundStatus: ProviderRefund['status'] = 'succeeded';
  private readonly waiting: Command[] = [];
  private readonly deps: WorkerDeps;
  private readonly database: FreshDatabase;
  private total = 0;

  constructor(database: FreshDatabase) {
    this.database = database;
    const queues: Partial<Queues> = { dispatch: (command) => this.waiting.push(command), nudge: () => undefined };
    const provider: Partial<PaymentProvider> = {
      availability: () => 'available',
      refund: async ({ amount, reference }) => this.refundAtProvider(amount, reference),
      refundsOf: async () => this.refunds,
    };
    const deps: Partial<WorkerDeps> = {
      db: database.db,
      queues: queues as Queues,
      provider: provider as PaymentProvider,
      seller: SELLER,
      wake: () => undefined,
    };
    this.deps = deps as WorkerDeps;
  }

  query<R extends object>(sql: string, params: readonly unknown[] = []): Promise<R[]> {
    return this.database.db.query<R>(sql, params);
  }

  /** Places the order with its payment, `at` that instant; its invoice is due. */
  async place(
    lines: readonly UnitLine[],
    { withDelivery, at = new Date() }: { withDelivery: boolean; at?: Date },
  ): Promise<void> {
    const delivery = withDelivery ? DELIVERY : { price: 0, half: 0 };
    const subtotal = sum(lines.map(({ quantity, price }) => quantity * price));
    const tax = sum(lines.map(({ quantity, half }) => quantity * half * 2)) + delivery.half * 2;
    this.total = subtotal + delivery.price;
    const machine = orderToStored(
      newPaidOrder({ total: this.total, units: sum(lines.map(({ quantity }) => quantity)) }),
    );
    await this.query(
      `with cart as (insert into carts (id, currency, status, created_at, updated_at) values ($1, 'INR', 'ordered', now(), now())),
          checkout as (insert into checkouts (id, order_id, cart_id, cart_version, place_of_supply, currency, total, state, busy,
              steps, created_at, updated_at)
            values ($1, $2, $1, 1, 'IN-KA', 'INR', $3, 'COMPLETED', false, 1, now(), now())),
          placed as (insert into orders (id, checkout_id, state, currency, prices_include_tax, subtotal, discount, shipping, tax,
              total, machine, shipping_method, shipping_hsn, shipping_rate_percent, shipping_taxable_value, shipping_cgst,
              shipping_sgst, placed_at, updated_at)
            values ($2, $1, 'CONFIRMED', 'INR', true, $4, 0, $5, $6, $3, $7, 'Post', '9965', 18, $5 - 2 * $8::bigint, $8, $8, $10, $10)),
          numbered as (insert into order_numbers (order_id) values ($2)),
          due as (insert into documents_due values ($2, 'invoice', $2, now()))
        insert into payments (id, checkout_id, provider, intent_id, status, currency, amount, captured, created_at, updated_at)
          values ($1, $1, 'stripe', $9, 'succeeded', 'INR', $3, $3, now(), now())`,
      [
        this.checkoutId,
        this.orderId,
        this.total,
        subtotal,
        delivery.price,
        tax,
        JSON.stringify(machine),
        delivery.half,
        this.intentId,
        at,
      ],
    );
    for (const [index, line] of lines.entries()) await this.placeLine(index + 1, line);
  }

  private async placeLine(line: number, { quantity, price, half, ratePercent }: UnitLine): Promise<void> {
    const variantId = await stockVariant((sql, params) => this.query(sql, params), { stock: 0 });
    const share = (base: number) => ({ base, extraUnits: 0 });
    const shares = { paid: share(price), discount: share(0), tax: share(2 * half), cgst: share(half) };
    const [whole, halves] = [price * quantity, half * quantity];
    await this.query(
      `insert into order_lines (order_id, line, variant_id, sku, title, hsn, quantity, unit_price, line_total, discount,
          taxable_value, rate_percent, cgst, sgst, igst, unit_shares)
        values ($1, $2, $3, $4, 'Kurta', $5, $6, $7, $8, 0, $9, $10, $11, $11, 0, $12)`,
      [
        this.orderId,
        line,
        variantId,
        `SKU-${line}`,
        `610${line}`,
        quantity,
        price,
        whole,
        whole - 2 * halves,
        ratePercent,
        halves,
        JSON.stringify(shares),
      ],
    );
  }

  private refundAtProvider(amount: number, reference: string | null): ProviderRefund {
    if (amount > this.leftAtProvider) throw new ProviderError('refused', 'charge_already_refunded');
    const refund = {
      id: `re_${randomUUID()}`,
      intentId: this.intentId,
      amount,
      reference,
      status: this.refundStatus,
    };
    this.refunds.push(refund);
    return refund;
  }

  get leftAtProvider(): number {
    const gone = this.refunds.filter(({ status }) => status !== 'failed').map(({ amount }) => amount);
    return this.total - sum(gone);
  }

  /** Refunds in the provider's dashboard, and books what it lists. */
  async refundInDashboard(amount: number): Promise<ProviderRefund> {
    const refund = this.refundAtProvider(amount, null);
    await this.readDashboard();
    return refund;
  }

  /** The same, before we hear of it. */
  refundUnheard(amount: number): ProviderRefund {
    return this.refundAtProvider(amount, null);
  }

  readDashboard(): Promise<number> {
    const { checkoutId, refunds } = this;
    return unitOfWork(this.database.db, 'test', (tx) =>
      bookDashboardRefunds(this.deps, tx, { checkoutId, refunds, cause: randomUUID() }),
    );
  }

  /** The provider could not carry out a refund of its dashboard after all. */
  async fail(refund: ProviderRefund): Promise<void> {
    refund.status = 'failed';
    await unitOfWork(this.database.db, 'test', (tx) => revokeDashboardRefund(this.deps, tx, this.failureOf(refund)));
  }

  /** The provider reports that a refund failed. */
  reportFailure(refund: Pick<ProviderRefund, 'id'>): Promise<void> {
    return revokeRefund(this.deps, this.failureOf(refund));
  }

  private failureOf(refund: Pick<ProviderRefund, 'id'>): OpenProviderEvent {
    const facts = {
      type: 'refund.failed',
      status: null,
      amountReceived: null,
      refundId: refund.id,
      receivedAt: new Date(),
      trace: null,
    };
    const of = { provider: 'stripe', eventId: randomUUID(), intentId: this.intentId, checkoutId: this.checkoutId };
    return { ...of, ...facts, createdAt: new Date(), payment: null, isBeingCalled: false, isOurRefund: false };
  }

  /** Gives a command and carries it out. @returns the code of its refusal; null when it was done */
  async command(kind: OrderCommand, work: object = {}): Promise<string | null> {
    const id = await unitOfWork(this.database.db, 'test', async (tx) => {
      const asked = { orderId: this.orderId, kind, work, actor: 'staff:test', reason: 'Goodwill' };
      const commandId = appendOrderCommand(tx, asked);
      enqueue(tx, this.deps.queues, { contract: carryOutCommand, payload: { commandId } });
      return commandId;
    });
    await this.work(carryOutCommand.name);
    const [row] = await this.query<{ state: string; code: string | null }>(
      `select state, error ->> 'code' as code from order_commands where id = $1`,
      [id],
    );
    if (row?.state === 'pending') throw new Error(`${kind} was not decided`);
    return row?.code ?? null;
  }

  /** Has the provider called for what was asked of it. */
  settle(): Promise<void> {
    return this.work(executeOperation.name);
  }

  private async work(name: string): Promise<void> {
    const handlers = [...orderHandlers(this.deps), ...paymentHandlers(this.deps)];
    const mine = this.waiting.filter((command) => command.name === name);
    for (const command of mine) {
      this.waiting.splice(this.waiting.indexOf(command), 1);
      const context: JobContext = { commandId: command.id, isTakeover: false, starts: 1, progress: () => undefined };
      await handlers.find((handler) => handler.name === name)?.run(command.payload, context);
    }
  }

  async issue(): Promise<void> {
    for (const kind of ['invoice', 'credit-note'] as const) await issue({ db: this.database.db, seller: SELLER }, kind);
  }

  /** The totals of the credit notes, oldest first, in paise. */
  async notes(): Promise<number[]> {
    const rows = await this.query<{ total: number }>(
      `select total from documents where order_id = $1 and kind = 'credit-note' order by id`,
      [this.orderId],
    );
    return rows.map(({ total }) => total);
  }

  /** The lines of all credit notes, oldest first. */
  noteLines(): Promise<(RefundLine & { total: number })[]> {
    return this.query(
      `select l.*, r.amount as total from refund_lines l join refunds r on r.id = l.refund_id
        where l.order_id = $1 order by r.id, l.line`,
      [this.orderId],
    );
  }

  async state(): Promise<string> {
    const [row] = await this.query<{ state: string }>(`select state from orders where id = $1`, [this.orderId]);
    return row?.state ?? '';
  }

  /** The refunds as cause, state and paise, oldest first. */
  async booked(): Promise<string[]> {
    const rows = await this.query<{ text: string }>(
      `select cause || ' ' || state || ' ' || amount as text from refunds where order_id = $1 order by id`,
      [this.orderId],
    );
    return rows.map(({ text }) => text);
  }
}

const sum = (amounts: readonly number[]): number => amounts.reduce((all, amount) => all + amount, 0);
