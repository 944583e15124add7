import type { PricingInputs } from '../../domain/pricing/inputs.ts';
import type { PricingOutput } from '../../domain/pricing/output.ts';
import type { Checkout } from '../../entities/checkout/checkout.ts';
import { Order } from '../../entities/order/order.ts';
import { forEachCall } from '../../infra/database/groups/merged-statements.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { allowedIn, placedAndPaid, storeOrder } from '../../machines/order.ts';

interface Frozen {
  pricesIncludeTax: PricingInputs['pricesIncludeTax'];
  /** Of engine 1 there are no bundles, and delivery cost nothing. */
  output: PricingOutput & Partial<Pick<PricingOutput, 'shipping' | 'discounts'>>;
  /** The account that has proved the address of the guest who buys. */
  claimedBy: string | null;
  lines: { sku: string; title: string; bundleItem: number | null; bundleId: string | null }[];
}

/** What a new order allows is the same for all of them. */
const ALLOWED = allowedIn(placedAndPaid({ total: 1, units: 1 }));

/**
 * The account with the address $2, verified or not. Its lock keeps the address from being verified until the order is
 * stored: the job that is begun by that finds the order then. It lets an erasure pass, which waits for the checkout.
 */
const PROVED_ACCOUNT = `with account as materialized (
  select id, email_verified_at is not null and claims_guest_orders as is_proved from accounts where kind = 'customer' and email_index = $2 for key share)`;

const FROZEN = forEachCall(
  `${PROVED_ACCOUNT} select (select id from account where is_proved) as "claimedBy",
      (s.inputs -> 'pricesIncludeTax')::boolean as "pricesIncludeTax", s.output, (
      select json_agg(json_build_object('sku', v.sku, 'title', p.title, 'bundleItem', l.bundle_item,
          'bundleId', l.bundle_id) order by l.line)
        from checkout_lines l join variants v on v.id = l.variant_id join products p on p.id = v.product_id
        where l.checkout_id = s.checkout_id) as lines
    from pricing_snapshots s where s.checkout_id = $1`,
  ['uuid', 'text'],
);

/** Stores the order of a checkout as it was priced. @returns the discounts in it. */
export async function placeOrder(tx: Tx, checkout: Checkout): Promise<Pick<PricingOutput, 'discounts'>> {
  const emailIndex = checkout.customerId ? null : (checkout.emailIndex ?? null);
  const [frozen] = await tx.query<Frozen & Record<string, unknown>>(FROZEN, [checkout.id, emailIndex]);
  if (!frozen) throw new Error(`checkout ${checkout.id} was never priced`);
  const { output, pricesIncludeTax, claimedBy } = frozen;
  const { totals, shipping = null, discounts = [] } = output;
  const lines = output.lines.map((line, index) => {
    const { sku = '', title = '', bundleItem: item = null, bundleId = null } = frozen.lines[index] ?? {};
    return { ...line, sku, title, bundle: item !== null && bundleId !== null ? { item, bundleId } : null };
  });
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const machine = storeOrder(placedAndPaid({ total: totals.total, units }));
  Order.place(tx, checkout, { lines, shipping, totals, pricesIncludeTax, machine, allowed: ALLOWED, claimedBy });
  return { discounts };
}
