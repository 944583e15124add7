import { isSealed } from '../../../infra/crypto/key-ring.ts';
import type { Address } from '../../checkout/checkout.ts';
import { openColumn, type Vault } from './vault.ts';

/**
 * SQL for the ids of the checkouts of customer $1. It includes guest checkouts whose cart or order the customer has
 * claimed since: they belong to the same person.
 */
export const OWN_CHECKOUTS = `(select id from checkouts where customer_id = $1
  union all select k.id from carts c join checkouts k on k.cart_id = c.id where c.customer_id = $1 and k.customer_id is null
  union all select checkout_id from orders where customer_id = $1)`;

/** The personal columns of a checkout: email and addresses are sealed, the others serve for lookup. */
const PERSONAL = ['email', 'email_index', 'redeemer', 'shipping_address', 'billing_address'];

/** SQL: whether a row of `checkouts` contains personal data. The index `checkouts_personal` has the same condition. */
export const HAS_PERSONAL_DATA = `(${PERSONAL.map((column) => `${column} is not null`).join(' or ')})`;

interface Personal {
  id: string;
  email?: string | null;
  shippingAddress: string | null;
  billingAddress: string | null;
}

/** Decrypts the personal data of a checkout. */
export function decryptCheckout(vault: Vault, row: Personal) {
  const { id, email = null, shippingAddress, billingAddress } = row;
  return {
    email: openedColumn(vault, email, `checkouts.email:${id}`),
    shippingAddress: addressIn(openedColumn(vault, shippingAddress, `checkouts.shipping_address:${id}`)),
    billingAddress: addressIn(openedColumn(vault, billingAddress, `checkouts.billing_address:${id}`)),
  };
}

/** Decrypts a value. Checkouts of versions that did not seal are in clear text until `bin/rotate-keys` runs. */
const openedColumn = (vault: Vault, text: string | null, place: string): string | null =>
  text === null || !isSealed(text) ? text : openColumn(vault, text, place);

const addressIn = (text: string | null): Address | null => (text === null ? null : (JSON.parse(text) as Address));
