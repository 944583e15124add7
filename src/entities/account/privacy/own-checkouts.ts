import { isSealed } from '../../../infra/crypto/key-ring.ts';
import type { Address } from '../../checkout/checkout.ts';
import { opened, type Vault } from './vault.ts';

/**
 * Ids of the checkouts of customer $1. Those too that were a guest's, of a cart which that guest then brought along when
 * signing in, or of an order which then joined the account: it is the same person, whatever the checkout says.
 */
export const OWN_CHECKOUTS = `(select id from checkouts where customer_id = $1
  union all select k.id from carts c join checkouts k on k.cart_id = c.id where c.customer_id = $1 and k.customer_id is null
  union all select checkout_id from orders where customer_id = $1)`;

/** Columns of a checkout that lead to a person: e-mail and addresses are sealed, the others are found by. */
const PERSONAL = ['email', 'email_index', 'redeemer', 'shipping_address', 'billing_address'];

/** Whether a row of `checkouts` still leads to a person; the index `checkouts_personal` has the same condition. */
export const KNOWS_SOMEBODY = `(${PERSONAL.map((column) => `${column} is not null`).join(' or ')})`;

interface Personal {
  id: string;
  email?: string | null;
  shippingAddress: string | null;
  billingAddress: string | null;
}

/** What a checkout knows of a person, in clear. */
export function openCheckout(vault: Vault, row: Personal) {
  const { id, email = null, shippingAddress, billingAddress } = row;
  return {
    email: openedColumn(vault, email, `checkouts.email:${id}`),
    shippingAddress: addressIn(openedColumn(vault, shippingAddress, `checkouts.shipping_address:${id}`)),
    billingAddress: addressIn(openedColumn(vault, billingAddress, `checkouts.billing_address:${id}`)),
  };
}

/** Checkouts of versions that did not seal stand in clear until `bin/rotate-keys` was run. */
const openedColumn = (vault: Vault, text: string | null, place: string): string | null =>
  text === null || !isSealed(text) ? text : opened(vault, text, place);

const addressIn = (text: string | null): Address | null => (text === null ? null : (JSON.parse(text) as Address));
