import { ORDER_CLAIMED } from '../../domain/states.ts';
import { SEALED_PATTERN } from '../../infra/crypto/key-ring.ts';
import { NAMED_FROM } from '../account/privacy/erasure.ts';
import { HAS_PERSONAL_DATA } from '../account/privacy/own-checkouts.ts';
import { SEALED_COLUMNS } from '../account/privacy/vault.ts';
import { TERMINAL_STATES_SQL } from '../checkout/terminal-states.ts';
import { keptSince } from '../monthly-tables.ts';
import type { Invariant } from '../reconciliation/invariant.ts';

/** SQL per sealed column of a table that finds values in clear text; null is allowed. */
const clearIn = (table: string): string[] =>
  (SEALED_COLUMNS[table] ?? []).map(
    (column) =>
      `select '${table}' as "table", '${column}' as "column", id::text from ${table} where ${column} !~ '${SEALED_PATTERN}'`,
  );

const WITH_CHECKOUTS = ['checkouts', 'document_files'];
const CLEAR = {
  checkouts: WITH_CHECKOUTS.flatMap(clearIn).join(' union all '),
  others: [
    ...Object.keys(SEALED_COLUMNS)
      .filter((table) => !WITH_CHECKOUTS.includes(table))
      .flatMap(clearIn),
    `select 'idempotency_keys', 'body', request_hash from idempotency_keys where body #>> '{}' !~ '${SEALED_PATTERN}'`,
  ].join(' union all '),
};

/** Length of a sealed empty text after format and key: 28 bytes in base64url. */
const EMPTY = 38;

/**
 * Checkouts with their carts and orders, which also determine the owner: an account can claim a guest's cart or order.
 */
const OWNED = `checkouts k join carts c on c.id = k.cart_id left join orders o on o.id = k.order_id`;
const OWNER = `coalesce(k.customer_id, c.customer_id, o.customer_id)`;

/** Kinds of personal data, with SQL that returns the ids of the accounts that have it. */
type PersonalData = Readonly<Record<string, string>>;

const OF_ACCOUNTS: PersonalData = {
  'an address': `select account_id from addresses`,
  'a live session': `select account_id from sessions where revoked_at is null`,
  'the client of a session': `select account_id from sessions where length(split_part(client, '.', 3)) > ${EMPTY}`,
  'a token': `select account_id from account_tokens
    union all select s.account_id from refresh_tokens t join sessions s on s.id = t.session_id`,
  'a former e-mail address': `select account_id from email_changes`,
  'a recovery code': `select account_id from recovery_codes`,
  'a group': `select account_id from customer_group_members`,
  'a use of a discount': `select substr(counter, 19)::uuid from discount_uses where counter like 'customer:customer:%'`,
  'a preference': `select id from account_preferences`,
  'a review': `select customer_id from reviews where state <> 'deleted'`,
};

const OF_CHECKOUTS: PersonalData = {
  'the e-mail address of a checkout': `select ${OWNER} from ${OWNED} where k.email is not null`,
  'the index of an e-mail address of a checkout': `select ${OWNER} from ${OWNED} where k.email_index is not null`,
  'an address that no invoice has to name': `select ${OWNER} from ${OWNED} where (k.shipping_address is not null or k.billing_address is not null)
      and k.order_id not in (select order_id from order_lines group by order_id having sum(taxable_value) >= ${NAMED_FROM})`,
  'the redeemer of a checkout': `select substr(redeemer, 10)::uuid from checkouts where redeemer like 'customer:%'`,
  'a first order': `select substr(redeemer, 10)::uuid from first_orders where redeemer like 'customer:%'`,
  'a use of a discount': `select substr(counter, 19)::uuid from discount_redemptions, unnest(counters) as counter
      where counter like 'customer:customer:%'`,
  // A PDF that was rendered after the erasure names only a buyer that the law requires it to name.
  'the PDF of an invoice': `select e.id from document_files f join documents d on d.id = f.id
    join (${OWNED}) on k.order_id = d.order_id
    join accounts e on e.id = ${OWNER} where f.created_at <= e.updated_at`,
};

const leftIn = (data: PersonalData): string =>
  Object.entries(data)
    .map(
      ([what, sql]) => `select a.id as "accountId", '${what}' as left from accounts a
          where a.status = 'erased' and a.id in (${sql})`,
    )
    .join(' union ');
const LEFT = { checkouts: leftIn(OF_CHECKOUTS), others: leftIn(OF_ACCOUNTS) };

const EMPTIED = `select id as "checkoutId", state from checkouts
  where email is null and (email_index is not null or redeemer is not null)`;

export const PEOPLE_INVARIANTS: readonly Invariant[] = [
  {
    name: 'people.are-sealed',
    says: 'Every value in a sealed column is encrypted.',
    sql: `${CLEAR.checkouts} union all ${CLEAR.others}`,
    parts: CLEAR,
  },
  {
    name: 'people.erased-leave-nothing',
    says: 'An erased account leaves no personal data, except what the law requires for its orders.',
    sql: `${LEFT.checkouts} union ${LEFT.others}`,
    parts: LEFT,
  },
  {
    name: 'people.are-out-of-ended-checkouts',
    says: 'A checkout that ended without an order has no personal data 31 days later.',
    sql: `select id as "checkoutId", state, updated_at as "updatedAt" from checkouts
      where state in (${TERMINAL_STATES_SQL}) and updated_at < now() - interval '31 days'
        and ${HAS_PERSONAL_DATA}`,
  },
  {
    name: 'people.emptied-checkouts-lead-to-nobody',
    says: 'A checkout without an email address has no email index and no redeemer of discounts.',
    sql: EMPTIED,
    parts: { checkouts: EMPTIED },
  },
  {
    name: 'carts.belong-to-the-customer-of-their-checkouts',
    says: 'A checkout belongs to the customer of its cart, or to a guest.',
    sql: `select k.id as "checkoutId", k.customer_id as "customerId", c.customer_id as "cartCustomerId"
      from checkouts k join carts c on c.id = k.cart_id
      where k.customer_id is not null and k.customer_id is distinct from c.customer_id`,
  },
  {
    name: 'orders.belong-to-the-customer-of-their-checkout',
    says: 'An order belongs to the customer of its checkout. The order of a guest belongs to nobody, or to the account that claimed it according to its history.',
    sql: `select o.id as "orderId", o.customer_id as "customerId", k.customer_id as "checkoutCustomerId"
      from orders o join checkouts k on k.id = o.checkout_id
      where case when k.customer_id is not null then o.customer_id is distinct from k.customer_id
        else o.customer_id is not null and k.created_at >= ${keptSince('order_history')} and not exists (
          select 1 from order_history where order_id = o.id and event = '${ORDER_CLAIMED}' and actor = 'customer:' || o.customer_id) end`,
  },
];
