import { orderNumber } from '../../domain/orders/number.ts';
import { forEachCall } from '../../infra/database/groups/merged-statements.ts';
import type { Query } from '../../infra/database/query.ts';
import { openColumn, type Vault } from '../account/privacy/vault.ts';
import type { Address } from '../checkout/checkout.ts';

/** The data of an email about a purchase; amounts in paise. */
export interface Purchase {
  checkoutId: string;
  cartId: string;
  /** Bought without an account: the link in the email needs a token. */
  isGuest: boolean;
  email: string;
  /** Whether `email` is the verified address of the buyer's account. Any other address may belong to a stranger. */
  isProved: boolean;
  /** As the buyer typed it; untrusted text. */
  name: string;
  address: Address | null;
  order: {
    id: string;
    number: string;
    total: number;
    linksRevoked: number;
    lines: { title: string; quantity: number; lineTotal: number }[];
  } | null;
  shipment: {
    carrier: string | null;
    trackingNumber: string | null;
    lines: { title: string; quantity: number }[];
  } | null;
  refund: { amount: number } | null;
}

export type OrderEmailTemplate =
  | 'order-confirmed'
  | 'order-cancelled'
  | 'shipment-sent'
  | 'refund-made'
  | 'return-approved'
  | 'return-rejected'
  | 'checkout-expired'
  | 'payment-returned';

const ORDER = `select json_build_object('id', o.id, 'number', n.number, 'total', o.total,
    'linksRevoked', o.links_revoked, 'lines', (
    select json_agg(json_build_object('title', title, 'quantity', quantity, 'lineTotal', line_total - discount) order by line)
      from order_lines where order_id = o.id))
  from orders o join order_numbers n on n.order_id = o.id where o.id = k.order_id`;

const SHIPMENT = `select json_build_object('carrier', s.carrier, 'trackingNumber', s.tracking_number, 'lines', (
    select json_agg(json_build_object('title', b.title, 'quantity', l.quantity) order by l.line)
      from shipment_lines l join order_lines b on b.order_id = l.order_id and b.line = l.line where l.shipment_id = s.id))
  from shipments s where s.id = $1`;

type Row = Omit<Purchase, 'email' | 'isProved' | 'name' | 'address' | 'order'> & {
  isLate: boolean;
  email: string | null;
  provedIndex: string | null;
  address: string | null;
  order: (Omit<NonNullable<Purchase['order']>, 'number'> & { number: number }) | null;
};

/** An email that is later than this confuses its recipient and is not sent. */
const TOO_LATE = `interval '3 days'`;

const purchaseWhere = (condition: string): string =>
  forEachCall(
    `select k.id as "checkoutId", k.cart_id as "cartId", k.customer_id is null as "isGuest", k.email, k.shipping_address as address, (${ORDER}) as order,
        (${SHIPMENT}) as shipment, (select json_build_object('amount', amount) from refunds where id = $1) as refund,
        b.created_at < now() - ${TOO_LATE} as "isLate", (select email_index from accounts
          where id = k.customer_id and status = 'active' and email_verified_at is not null) as "provedIndex"
      from outbox b join checkouts k on ${condition} where b.id = $2`,
    ['uuid', 'uuid'],
  );

/** The statement of each template; $1 is the id of the order, shipment, refund, return or checkout. */
const PURCHASE: Record<OrderEmailTemplate, string> = {
  'order-confirmed': purchaseWhere(`k.order_id = $1`),
  'order-cancelled': purchaseWhere(`k.order_id = $1`),
  'shipment-sent': purchaseWhere(`k.order_id = (select order_id from shipments where id = $1)`),
  'refund-made': purchaseWhere(`k.order_id = (select order_id from refunds where id = $1)`),
  'return-approved': purchaseWhere(`k.order_id = (select order_id from returns where id = $1)`),
  'return-rejected': purchaseWhere(`k.order_id = (select order_id from returns where id = $1)`),
  'checkout-expired': purchaseWhere(`k.id = $1`),
  'payment-returned': purchaseWhere(`k.id = $1`),
};

/** Loads the data and the recipient of an email. @returns a reason if the email must not be sent any more */
export async function loadPurchase(
  { query, vault }: { query: Query; vault: Vault },
  { template, id, commandId }: { template: OrderEmailTemplate; id: string; commandId: string },
): Promise<Purchase | string> {
  const [row] = await query<Row>(PURCHASE[template], [id, commandId]);
  if (!row) return 'done before';
  if (row.isLate) return 'too late';
  if (row.email === null) return 'customer is erased';
  const { checkoutId, order, provedIndex } = row;
  const email = openColumn(vault, row.email, `checkouts.email:${checkoutId}`);
  const address = openColumn(vault, row.address, `checkouts.shipping_address:${checkoutId}`);
  const shippingAddress = address === null ? null : (JSON.parse(address) as Address);
  return {
    ...row,
    email,
    isProved: provedIndex === vault.indexOf(email),
    name: shippingAddress?.name ?? '',
    address: shippingAddress,
    order: order && { ...order, number: orderNumber(order.number) },
  };
}
