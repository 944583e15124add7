import { refused } from '../../../domain/errors.ts';
import { CHECKOUT_WAYS_OUT, type CheckoutState } from '../../../domain/states.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { revokeSessions } from '../../access/session.ts';
import type { Address } from '../../checkout/checkout.ts';
import { anonymiseRedemptions } from '../../pricing/anonymise-redemptions.ts';
import { deleteReview, lockReview } from '../../review/review.ts';
import { Account } from '../account.ts';
import { OWN_CHECKOUTS, openCheckout } from './own-checkouts.ts';
import { sealed, type Vault } from './vault.ts';

/**
 * Taxable value of an order, in paise, from which an invoice names an unregistered buyer and the address of delivery
 * (CGST Rules, rule 46(e)): fifty thousand rupees. These two are kept with the books, which is for 72 months after the
 * annual return was due (CGST Act, section 36).
 */
export const NAMED_FROM = 50_000_00;

/**
 * Keeps a customer's account from being erased or blocked until the transaction ends; any number may hold it at once.
 * Code that adds personal data to an account takes this lock before the lock of a cart or checkout: data that comes after
 * the erasure would stay.
 * @returns false when the account is not active any more.
 */
export async function holdAccount(tx: Tx, accountId: string): Promise<boolean> {
  const held = await tx.query(`select 1 from accounts where id = $1 and status = 'active' for share`, [accountId]);
  return held.length > 0;
}

/**
 * Takes the lock that an erasure begins with. It lets foreign keys pass: a worker that stores an order of the customer must
 * not wait for the erasure, which may wait for the checkout that the worker holds.
 * @returns undefined when the id is not a customer's, or the account is erased already.
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
 * Forgets a customer whose account `lockForErasure` has locked: the account itself, addresses, sessions, tokens, codes and
 * groups, and what checkouts know of the person, except what invoices have to name. Orders stay, with lines, taxes and
 * place of supply, under an id that leads to nobody. Carts hold nothing personal.
 * @returns of how many orders name and address are kept. @throws CHECKOUT_IN_PROGRESS
 */
export async function eraseCustomer(tx: Tx, vault: Vault, account: Account): Promise<number> {
  const { id, claimsGuestOrders } = account;
  const checkouts = await lockCheckouts(tx, account);
  const live = checkouts.find((checkout) => checkout.isOwn && !isOver(checkout));
  if (live) throw refused('CHECKOUT_IN_PROGRESS', { checkoutId: live.id });
  await anonymiseAccount(tx, vault, account);
  await forgetReviews(tx, id);
  // Anybody can open an account for the address of another person, who may still wait for the goods of an order: without
  // the proof of the address an order of a guest keeps it. Checkouts of guests that are in progress go on.
  const isTheirs = (checkout: KnownCheckout) =>
    checkout.isOwn || (isOver(checkout) && (claimsGuestOrders || checkout.state !== 'COMPLETED'));
  const linked = checkouts.filter((checkout) => !isTheirs(checkout) && checkout.redeemer === redeemerOf(id));
  const theirs = idsOf(checkouts.filter(isTheirs));
  await tx.query(`update checkouts set redeemer = null where id = any($1)`, [idsOf(linked)]);
  const kept = await emptyCheckouts(tx, vault, theirs);
  // Once for all: it locks counters in the order of their keys, which two calls would not keep.
  await anonymiseRedemptions(tx, [...theirs, ...idsOf(linked)]);
  return kept;
}

interface KnownCheckout {
  id: string;
  state: CheckoutState;
  redeemer: string | null;
  /** Whether it is the customer's by the account, the cart or the order, not only by the e-mail address that a guest typed. */
  isOwn: boolean;
}

const idsOf = (checkouts: readonly KnownCheckout[]): string[] => checkouts.map(({ id }) => id);
const isOver = ({ state }: KnownCheckout): boolean => state === 'COMPLETED' || CHECKOUT_WAYS_OUT.includes(state);
const redeemerOf = (customerId: string): string => `customer:${customerId}`;

/**
 * Locks the checkouts of a customer, those of guests that redeemed discounts as the account (as earlier versions stored them, and as
 * a guest's cart is stored that is bought while signed in), and those of guests with the address that the one who signs in has proved. Old rows have no
 * index of the address: their guests redeemed under it. The locks keep late money from making an order of one meanwhile.
 */
function lockCheckouts(tx: Tx, { id, emailIndex, claimsGuestOrders }: Account): Promise<KnownCheckout[]> {
  const redeemers = [redeemerOf(id), ...(claimsGuestOrders ? [`email:${emailIndex}`] : [])];
  return tx.query<KnownCheckout & Record<string, unknown>>(
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

/** Forgets the person behind an account, customer or staff, with everything that hangs on the account itself. */
export async function anonymiseAccount(tx: Tx, vault: Vault, account: Account): Promise<void> {
  account.erase();
  account.updatedAt = tx.now;
  await endSessions(tx, vault, account.id);
  await tx.query(`delete from account_preferences where id = $1`, [account.id]);
  for (const table of ['addresses', 'recovery_codes', 'account_tokens', 'email_changes', 'customer_group_members']) {
    await tx.query(`delete from ${table} where account_id = $1`, [account.id]);
  }
}

/** Reviews go with their words, in the order of their ids; the statistics count without them. */
async function forgetReviews(tx: Tx, customerId: string): Promise<void> {
  const reviews = await tx.query<{ id: string }>(
    `select id from reviews where customer_id = $1 and state <> 'deleted' order by id`,
    [customerId],
  );
  for (const { id } of reviews) {
    const review = await lockReview(tx, id);
    if (review && review.state !== 'deleted') await deleteReview(tx, review, 'erasure');
  }
}

interface Invoiced {
  id: string;
  shippingAddress: string | null;
  billingAddress: string | null;
}

/** Takes the person out of checkouts that are over and locked, and out of what counts their discounts. */
export async function reduceCheckouts(tx: Tx, vault: Vault, ids: readonly string[]): Promise<void> {
  await emptyCheckouts(tx, vault, ids);
  await anonymiseRedemptions(tx, ids);
}

/** Empties checkouts that are over and locked. @returns of how many the name and address stay, for a large order. */
async function emptyCheckouts(tx: Tx, vault: Vault, ids: readonly string[]): Promise<number> {
  const invoiced = await tx.query<Invoiced>(
    `select c.id, c.shipping_address as "shippingAddress", c.billing_address as "billingAddress" from checkouts c
      where c.id = any($1) and (select sum(l.taxable_value) from order_lines l where l.order_id = c.order_id) >= $2`,
    [ids, NAMED_FROM],
  );
  const kept = invoiced.map((row) => {
    const { shippingAddress, billingAddress } = openCheckout(vault, row);
    return {
      id: row.id,
      shipping_address: sealed(vault, withoutPhone(shippingAddress), `checkouts.shipping_address:${row.id}`),
      billing_address: sealed(vault, withoutPhone(billingAddress), `checkouts.billing_address:${row.id}`),
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
  // The pictures of their invoices name them; drawn again, they say what is kept.
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

/** Ends the sessions and removes the name of their clients. The rows stay for a while: a request with one learns that it is over. */
async function endSessions(tx: Tx, vault: Vault, accountId: string): Promise<void> {
  await revokeSessions(tx, { accountId, because: 'erased' });
  const sessions = await tx.query<{ id: string }>(`select id from sessions where account_id = $1`, [accountId]);
  const emptied = sessions.map(({ id }) => ({ id, client: sealed(vault, '', `sessions.client:${id}`) }));
  await tx.query(
    `update sessions s set client = e.client from jsonb_to_recordset($1::jsonb) as e (id uuid, client text) where s.id = e.id`,
    [JSON.stringify(emptied)],
  );
  await tx.query(`delete from refresh_tokens where session_id in (select id from sessions where account_id = $1)`, [
    accountId,
  ]);
}
