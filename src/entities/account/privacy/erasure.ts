import { refused } from '../../../domain/errors.ts';
import { CHECKOUT_TERMINAL_STATES, type CheckoutState } from '../../../domain/states.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { revokeSessions } from '../../access/session.ts';
import type { Address } from '../../checkout/checkout.ts';
import { anonymiseRedemptions } from '../../pricing/anonymise-redemptions.ts';
import { Review } from '../../review/review.ts';
import { Account } from '../account.ts';
import { decryptCheckout, OWN_CHECKOUTS } from './own-checkouts.ts';
import { sealColumn, type Vault } from './vault.ts';

/**
 * Taxable value of an order, in paise, from which an invoice must name an unregistered buyer and the delivery address
 * (CGST Rules, rule 46(e)): 50,000 rupees. Name and address are kept as long as the accounts: 72 months after the annual
 * return was due (CGST Act, section 36).
 */
export const NAMED_FROM = 50_000_00;

/**
 * Prevents the erasure or blocking of an account until the transaction ends, with a shared lock. Code that adds personal
 * data to an account takes this lock before the lock of a cart or checkout: data added after the erasure would stay.
 * @returns false if the account is not active.
 */
export async function lockActiveAccount(tx: Tx, accountId: string): Promise<boolean> {
  const held = await tx.query(`select 1 from accounts where id = $1 and status = 'active' for share`, [accountId]);
  return held.length > 0;
}

/**
 * Takes the first lock of an erasure. `no key update` lets foreign key checks pass: a worker that stores an order of the
 * customer must not wait for the erasure, which may wait for the checkout that the worker has locked.
 * @returns undefined if the id is not a customer's, or the account is erased already.
 */
export async function lockForErasure(tx: Tx, customerId: string): Promise<Account | undefined> {
  const locked = await tx.query(
    `select 1 from accounts where id = $1 and kind = 'customer' and status <> 'erased' for no key update`,
    [customerId],
  );
  const [account] = locked.length > 0 ? await tx.find(Account, { id: customerId }) : [];
  return account;
}

/**
 * Erases a customer whose account `lockForErasure` has locked: the account, addresses, sessions, tokens, codes, groups,
 * reviews and the personal data of checkouts, except what invoices must name. Orders stay, with lines, taxes and place of
 * supply, under an id that identifies nobody. Carts contain no personal data.
 * @returns the number of orders whose name and address are kept. @throws CHECKOUT_IN_PROGRESS
 */
export async function eraseCustomer(tx: Tx, vault: Vault, account: Account): Promise<number> {
  const { id, claimsGuestOrders } = account;
  const checkouts = await lockCheckouts(tx, account);
  const live = checkouts.find((checkout) => checkout.isOwn && !isOver(checkout));
  if (live) throw refused('CHECKOUT_IN_PROGRESS', { checkoutId: live.id });
  await anonymiseAccount(tx, vault, account);
  await deleteReviews(tx, id);
  // Anybody can register with the email address of another person, who may still wait for an order. So a guest's order
  // keeps its personal data unless the account has verified the address. Guest checkouts in progress continue.
  const isTheirs = (checkout: ErasableCheckout) =>
    checkout.isOwn || (isOver(checkout) && (claimsGuestOrders || checkout.state !== 'COMPLETED'));
  const linked = checkouts.filter((checkout) => !isTheirs(checkout) && checkout.redeemer === redeemerOf(id));
  const theirs = idsOf(checkouts.filter(isTheirs));
  await tx.query(`update checkouts set redeemer = null where id = any($1)`, [idsOf(linked)]);
  const kept = await emptyCheckouts(tx, vault, theirs);
  // One call for all: it locks counters in the order of their keys, which two calls would break.
  await anonymiseRedemptions(tx, [...theirs, ...idsOf(linked)]);
  return kept;
}

interface ErasableCheckout {
  id: string;
  state: CheckoutState;
  redeemer: string | null;
  /** Whether account, cart or order assign it to the customer, and not only the email address that a guest typed. */
  isOwn: boolean;
}

const idsOf = (checkouts: readonly ErasableCheckout[]): string[] => checkouts.map(({ id }) => id);
const isOver = ({ state }: ErasableCheckout): boolean =>
  state === 'COMPLETED' || CHECKOUT_TERMINAL_STATES.includes(state);
const redeemerOf = (customerId: string): string => `customer:${customerId}`;

/**
 * Locks the checkouts of a customer; guest checkouts that redeemed discounts as the account (rows of earlier versions, and
 * guest carts that were bought while signed in); and guest checkouts with the account's verified address. Old rows have
 * no address index: their `redeemer` contains it. The locks prevent that a late payment turns a checkout into an order.
 */
function lockCheckouts(tx: Tx, { id, emailIndex, claimsGuestOrders }: Account): Promise<ErasableCheckout[]> {
  const redeemers = [redeemerOf(id), ...(claimsGuestOrders ? [`email:${emailIndex}`] : [])];
  return tx.query<ErasableCheckout>(
    `select id, state, redeemer,
        coalesce(coalesce(customer_id, (select customer_id from carts where id = cart_id),
          (select customer_id from orders where id = order_id)) = $1, false) as "isOwn"
      from checkouts where id in (${OWN_CHECKOUTS}
        union all select id from checkouts where customer_id is null and redeemer = any($2)
        union all select id from checkouts where customer_id is null and email_index = $3)
      order by id for update`,
    [id, redeemers, claimsGuestOrders ? emailIndex : null],
  );
}

/** Erases a customer or staff account and the rows that belong to it. */
export async function anonymiseAccount(tx: Tx, vault: Vault, account: Account): Promise<void> {
  account.erase();
  account.updatedAt = tx.now;
  await endSessions(tx, vault, account.id);
  await tx.query(`delete from account_preferences where id = $1`, [account.id]);
  for (const table of ['addresses', 'recovery_codes', 'account_tokens', 'email_changes', 'customer_group_members']) {
    await tx.query(`delete from ${table} where account_id = $1`, [account.id]);
  }
}

/** Deletes the reviews of a customer in the order of their ids, and updates the statistics. */
async function deleteReviews(tx: Tx, customerId: string): Promise<void> {
  const reviews = await tx.query<{ id: string }>(
    `select id from reviews where customer_id = $1 and state <> 'deleted' order by id`,
    [customerId],
  );
  for (const { id } of reviews) {
    const review = await tx.lock(Review, { id });
    if (review && review.state !== 'deleted') await review.delete(tx, 'erasure');
  }
}

interface Invoiced {
  id: string;
  shippingAddress: string | null;
  billingAddress: string | null;
}

/** Removes personal data from ended, locked checkouts and from their discount counters. */
export async function reduceCheckouts(tx: Tx, vault: Vault, ids: readonly string[]): Promise<void> {
  await emptyCheckouts(tx, vault, ids);
  await anonymiseRedemptions(tx, ids);
}

/**
 * Removes personal data from ended, locked checkouts.
 * @returns the number of large orders that keep name and address.
 */
async function emptyCheckouts(tx: Tx, vault: Vault, ids: readonly string[]): Promise<number> {
  const invoiced = await tx.query<Invoiced>(
    `select c.id, c.shipping_address as "shippingAddress", c.billing_address as "billingAddress" from checkouts c
      where c.id = any($1) and (select sum(l.taxable_value) from order_lines l where l.order_id = c.order_id) >= $2`,
    [ids, NAMED_FROM],
  );
  const kept = invoiced.map((row) => {
    const { shippingAddress, billingAddress } = decryptCheckout(vault, row);
    return {
      id: row.id,
      shipping_address: sealColumn(vault, withoutPhone(shippingAddress), `checkouts.shipping_address:${row.id}`),
      billing_address: sealColumn(vault, withoutPhone(billingAddress), `checkouts.billing_address:${row.id}`),
    };
  });
  await tx.query(
    `update checkouts c set email = null, email_index = null, redeemer = null,
        shipping_address = k.shipping_address, billing_address = k.billing_address
      from unnest($1::uuid[]) as own (id)
        left join jsonb_to_recordset($2::jsonb) as k (id uuid, shipping_address text, billing_address text) using (id)
      where c.id = own.id`,
    [ids, JSON.stringify(kept)],
  );
  // The PDFs of their invoices name the buyer; PDFs that are rendered again contain only the kept data.
  await tx.query(
    `delete from document_files f using documents d, checkouts c where d.id = f.id and c.order_id = d.order_id and c.id = any($1)`,
    [ids],
  );
  return kept.length;
}

function withoutPhone(address: Address | null): string | null {
  if (address === null) return null;
  const { phone: _, ...rest } = address;
  return JSON.stringify(rest);
}

/**
 * Revokes the sessions and removes their clients' names. The rows stay for a while, to reject requests with old tokens.
 */
async function endSessions(tx: Tx, vault: Vault, accountId: string): Promise<void> {
  await revokeSessions(tx, { accountId, because: 'erased' });
  const sessions = await tx.query<{ id: string }>(`select id from sessions where account_id = $1`, [accountId]);
  const emptied = sessions.map(({ id }) => ({ id, client: sealColumn(vault, '', `sessions.client:${id}`) }));
  await tx.query(
    `update sessions s set client = e.client from jsonb_to_recordset($1::jsonb) as e (id uuid, client text) where s.id = e.id`,
    [JSON.stringify(emptied)],
  );
  await tx.query(`delete from refresh_tokens where session_id in (select id from sessions where account_id = $1)`, [
    accountId,
  ]);
}
