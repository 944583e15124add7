import { SEALED_PATTERN } from '../../infra/crypto/key-ring.ts';
import { NAMED_FROM } from '../account/privacy/erasure.ts';
import { KNOWS_SOMEBODY } from '../account/privacy/own-checkouts.ts';
import { SEALED_COLUMNS } from '../account/privacy/vault.ts';
import { keptSince } from '../monthly-tables.ts';
import { CLAIMED } from '../order/guest-order-claim.ts';
import type { Invariant } from '../reconciliation/invariant.ts';

/** What is not sealed, column by column; null is nothing. */
const CLEAR = Object.entries(SEALED_COLUMNS).flatMap(([table, columns]) =>
  columns.map(
    (column) =>
      `select '${table}' as "table", '${column}' as "column", id::text from ${table} where ${column} !~ '${SEALED_PATTERN}'`,
  ),
);

/** Characters of a sealed empty text, behind format and key: 28 bytes in base64url. */
const EMPTY = 38;

/** Checkouts with what tells whose they are: a guest's cart may be brought along to an account, a guest's order may join one. */
const OWNED = `checkouts k join carts c on c.id = k.cart_id left join orders o on o.id = k.order_id`;
const OWNER = `coalesce(k.customer_id, c.customer_id, o.customer_id)`;

/** What is left of whom: each answers rows of an account's id. */
const LEFT: Readonly<Record<string, string>> = {
  'an address': `select account_id from addresses`,
  'a live session': `select account_id from sessions where revoked_at is null`,
  'the client of a session': `select account_id from sessions where length(split_part(client, '.', 3)) > ${EMPTY}`,
  'a token': `select account_id from account_tokens
    union all select s.account_id from refresh_tokens t join sessions s on s.id = t.session_id`,
  'a former e-mail address': `select account_id from email_changes`,
  'a recovery code': `select account_id from recovery_codes`,
  'a group': `select account_id from customer_group_members`,
  'the e-mail address of a checkout': `select ${OWNER} from ${OWNED} where k.email is not null`,
  'the index of an e-mail address of a checkout': `select ${OWNER} from ${OWNED} where k.email_index is not null`,
  'an address that no invoice has to name': `select ${OWNER} from ${OWNED} where (k.shipping_address is not null or k.billing_address is not null)
      and not exists (select 1 from order_lines l where l.order_id = k.order_id having sum(l.taxable_value) >= ${NAMED_FROM})`,
  'the redeemer of a checkout': `select substr(redeemer, 10)::uuid from checkouts where redeemer like 'customer:%'`,
  'a first order': `select substr(redeemer, 10)::uuid from first_orders where redeemer like 'customer:%'`,
  'a use of a discount': `select substr(counter, 19)::uuid from discount_uses where counter like 'customer:customer:%'
    union all select substr(counter, 19)::uuid from discount_redemptions, unnest(counters) as counter
      where counter like 'customer:customer:%'`,
  'a preference': `select id from account_preferences`,
  'a review': `select customer_id from reviews where state <> 'deleted'`,
  // One that was drawn after the erasure names whom the law wants named.
  'the PDF of an invoice': `select e.id from document_files f join documents d on d.id = f.id
    join (${OWNED}) on k.order_id = d.order_id
    join accounts e on e.id = ${OWNER} where f.created_at <= e.updated_at`,
};

export const PEOPLE_INVARIANTS: readonly Invariant[] = [
  {
    name: 'people.are-sealed',
    says: 'Nothing personal stands in clear where it is to be sealed.',
    sql: [
      ...CLEAR,
      `select 'idempotency_keys', 'body', request_hash from idempotency_keys where body #>> '{}' !~ '${SEALED_PATTERN}'`,
    ].join(' union all '),
  },
  {
    name: 'people.erased-leave-nothing',
    says: 'Of an erased account there is nothing left, but what the law wants of its orders.',
    sql: Object.entries(LEFT)
      .map(
        ([what, sql]) => `select a.id as "accountId", '${what}' as left from accounts a
          where a.status = 'erased' and a.id in (${sql})`,
      )
      .join(' union '),
  },
  {
    name: 'people.are-out-of-ended-checkouts',
    says: 'A checkout that ended without an order knows nobody a month later.',
    sql: `select id as "checkoutId", state, updated_at as "updatedAt" from checkouts
      where state in ('EXPIRED', 'CANCELLED', 'FAILED') and updated_at < now() - interval '31 days'
        and ${KNOWS_SOMEBODY}`,
  },
  {
    name: 'people.emptied-checkouts-lead-to-nobody',
    says: 'A checkout without its e-mail address has neither the index of it nor a redeemer of discounts.',
    sql: `select id as "checkoutId", state from checkouts where email is null and (email_index is not null or redeemer is not null)`,
  },
  {
    name: 'carts.belong-to-the-customer-of-their-checkouts',
    says: 'A checkout belongs to the customer of its cart, or to a guest who had the cart before.',
    sql: `select k.id as "checkoutId", k.customer_id as "customerId", c.customer_id as "cartCustomerId"
      from checkouts k join carts c on c.id = k.cart_id
      where k.customer_id is not null and k.customer_id is distinct from c.customer_id`,
  },
  {
    name: 'orders.belong-to-the-customer-of-their-checkout',
    says: 'An order belongs to the customer of its checkout; that of a guest to nobody, or to the account that claimed it in its history.',
    sql: `select o.id as "orderId", o.customer_id as "customerId", k.customer_id as "checkoutCustomerId"
      from orders o join checkouts k on k.id = o.checkout_id
      where case when k.customer_id is not null then o.customer_id is distinct from k.customer_id
        else o.customer_id is not null and k.created_at >= ${keptSince('order_history')} and not exists (
          select 1 from order_history where order_id = o.id and event = '${CLAIMED}' and actor = 'customer:' || o.customer_id) end`,
  },
];
