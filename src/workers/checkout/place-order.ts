import type { PricingInputs } from '../../domain/pricing/inputs.ts';
import type { PricingOutput } from '../../domain/pricing/output.ts';
import type { Checkout } from '../../entities/checkout/checkout.ts';
import { SNAPSHOT_COLUMNS, type SnapshotColumns, unpackSnapshot } from '../../entities/checkout/price-snapshot.ts';
import { Order } from '../../entities/order/order.ts';
import { forEachCall } from '../../infra/database/groups/merged-statements.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { observe } from '../../infra/observability/log.ts';
import { allowedCommands, newPaidOrder, orderToStored } from '../../machines/order.ts';

/** A priced checkout, as its order is made from it. */
export interface PricedCheckout extends SnapshotColumns {
  /** The account that verified the guest's e-mail address. */
  claimedBy: string | null;
  lines: { sku: string; title: string; bundleItem: number | null; bundleId: string | null }[];
}

interface StoredPrice {
  inputs: Pick<PricingInputs, 'pricesIncludeTax'>;
  /** Engine version 1 has neither bundles nor delivery charges. */
  output: Omit<PricingOutput, 'explanation' | 'shipping' | 'discounts'> &
    Partial<Pick<PricingOutput, 'shipping' | 'discounts'>>;
}

/** The allowed commands of a new order: the same for every order. */
const ALLOWED = allowedCommands(newPaidOrder({ total: 1, units: 1 }));

/**
 * The account with the address $2, verified or not. The lock delays a verification of the address until the order is
 * stored, so that the job after the verification finds the order. The lock does not block an erasure, which waits for
 * the checkout.
 */
const PROVED_ACCOUNT = `with account as materialized (
  select id, email_verified_at is not null and claims_guest_orders as is_proved from accounts where kind = 'customer' and email_index = $2 for key share)`;

const PRICED_CHECKOUT = forEachCall(
  `${PROVED_ACCOUNT} select (select id from account where is_proved) as "claimedBy",
      ${SNAPSHOT_COLUMNS}, (
      select json_agg(json_build_object('sku', v.sku, 'title', p.title, 'bundleItem', l.bundle_item,
          'bundleId', l.bundle_id) order by l.line)
        from checkout_lines l join variants v on v.id = l.variant_id join products p on p.id = v.product_id
        where l.checkout_id = s.checkout_id) as lines
    from pricing_snapshots s where s.checkout_id = $1`,
  ['uuid', 'text'],
);

/** Loads what the order of a checkout is made from. @throws Error for a checkout without a price */
export async function loadPriced(tx: Tx, checkout: Checkout): Promise<PricedCheckout> {
  const emailIndex = checkout.customerId ? null : (checkout.emailIndex ?? null);
  const [priced] = await tx.query<PricedCheckout>(PRICED_CHECKOUT, [checkout.id, emailIndex]);
  if (!priced) throw new Error(`checkout ${checkout.id} was never priced`);
  return priced;
}

/** Stores the order of a priced checkout. @returns the discounts of the order. */
export function placeOrder(tx: Tx, checkout: Checkout, priced: PricedCheckout): Pick<PricingOutput, 'discounts'> {
  const { inputs, output } = unpackSnapshot(priced) as StoredPrice;
  const { claimedBy } = priced;
  const { totals, shipping = null, discounts = [] } = output;
  const lines = output.lines.map((line, index) => {
    const { sku = '', title = '', bundleItem: item = null, bundleId = null } = priced.lines[index] ?? {};
    return { ...line, sku, title, bundle: item !== null && bundleId !== null ? { item, bundleId } : null };
  });
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const machine = orderToStored(newPaidOrder({ total: totals.total, units }));
  const { pricesIncludeTax } = inputs;
  Order.place(tx, checkout, { lines, shipping, totals, pricesIncludeTax, machine, allowed: ALLOWED, claimedBy });
  const { id: checkoutId, orderId } = checkout;
  const placed = { orderId, checkoutId, state: machine.value, total: totals.total, units };
  tx.afterCommit(() => observe('order.placed', placed, 'debug'));
  return { discounts };
}
