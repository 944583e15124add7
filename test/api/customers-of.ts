import { expect } from 'chai';
import type { z } from 'zod';
import type { personalDataSchema } from '../../src/api/account/personal-data-view.ts';
import { newId } from '../../src/infra/ids.ts';
import { BENGALURU, MUMBAI } from '../support/address.ts';
import { stockVariant } from '../support/books.ts';
import { PASSWORD, type PeopleShop, type Tokens } from './people-shop.ts';

export const ACCOUNT = '/store/account';

/** What `remains` says when nothing does. */
export const NOTHING = { belongings: 0, live: 0, clients: 0, tokens: 0, emails: 0, addresses: 0 };

/** What a customer takes away. */
export type File = z.infer<typeof personalDataSchema>;

export interface Person {
  id: string;
  email: string;
  accessToken: string;
}

/** Customers of a shop with all that can be kept about one. */
export function customersOf(shop: PeopleShop) {
  const query = <R extends object>(sql: string, params: unknown[] = []) => shop.db.query<R>(sql, params);
  const seal = (text: string, place: string) => shop.deps.vault.ring.seal(text, place);

  async function customer(name: string): Promise<Person> {
    const account = await shop.account({ name, phone: '+91 98450 12345' });
    const { email } = account.person(shop.deps.vault);
    return { id: account.id, email, accessToken: (await signIn(email)).body.accessToken };
  }

  const signIn = (email: string) =>
    shop.ask<Tokens>('POST', `${ACCOUNT}/login`, {
      body: { email, password: PASSWORD },
      headers: { 'user-agent': 'Netscape 4' },
    });

  const takeAway = (token?: string) => shop.ask<File>('GET', `${ACCOUNT}/export`, token === undefined ? {} : { token });

  const erase = ({ accessToken }: Person, password = PASSWORD) =>
    shop.ask('POST', `${ACCOUNT}/erasure`, { token: accessToken, body: { password } });

  async function cart({ accessToken }: Person): Promise<string> {
    const items = [{ variantId: await stockVariant(shop.db.query, { stock: 5 }), quantity: 2 }];
    const { status, body } = await shop.ask<{ id: string }>('POST', '/store/cart', {
      token: accessToken,
      body: { items },
    });
    expect(status).to.equal(201);
    return body.id;
  }

  const checkOut = ({ accessToken, email }: Person, cartId: string) =>
    shop.ask<{ id: string }>('POST', '/store/checkout', {
      token: accessToken,
      body: { cartId, email, shippingAddress: BENGALURU, billingAddress: MUMBAI, paymentMethod: 'pm_card_visa' },
    });

  /** A checkout that has ended, with an order of that taxable value or without one. */
  async function ended(person: Person, taxableValue?: number): Promise<string> {
    const { status, body } = await checkOut(person, await cart(person));
    expect(status).to.equal(202);
    const state = taxableValue === undefined ? 'CANCELLED' : 'COMPLETED';
    await query(`update checkouts set state = $2, busy = false, total = $3, reason = $4 where id = $1`, [
      body.id,
      state,
      taxableValue ?? 0,
      taxableValue === undefined ? 'CANCELLED_BY_CUSTOMER' : null,
    ]);
    if (taxableValue !== undefined) await order(body.id, taxableValue);
    return body.id;
  }

  async function order(checkoutId: string, taxableValue: number): Promise<void> {
    const tax = 360;
    await query(
      `with own as (select * from checkouts where id = $1),
        placed as (insert into orders (id, checkout_id, customer_id, state, currency, prices_include_tax, subtotal, discount,
            shipping, tax, total, machine, placed_at, updated_at)
          select order_id, id, customer_id, 'CONFIRMED', 'INR', true, $2::bigint + $3, 0, 0, $3, $2 + $3, '{}', now(), now() from own),
        numbered as (insert into order_numbers (order_id) select order_id from own)
      insert into order_lines select order_id, 1, l.variant_id, 'KURTA-1', 'Kurta', '6109', 1, $2 + $3, $2 + $3, 0, $2, 5, 0, 0, $3, '{}'
        from own join checkout_lines l on l.checkout_id = own.id`,
      [checkoutId, taxableValue, tax],
    );
  }

  async function address(accountId: string): Promise<void> {
    const addressId = newId();
    const text = seal(JSON.stringify(MUMBAI), `addresses.address:${addressId}`);
    await query(`insert into addresses values ($1, $2, $3, true, 1, now(), now())`, [addressId, accountId, text]);
  }

  /** Whatever else is kept of a person: a token, a recovery code, a group. */
  async function belongings({ id }: Person): Promise<void> {
    await address(id);
    await query(`insert into account_tokens values ($1, $2, 'verify-email', now(), now() + interval '1 h')`, [
      newId(),
      id,
    ]);
    await query(`insert into recovery_codes values ($1, 'hash')`, [id]);
    const groupId = newId();
    await query(`insert into customer_groups values ($1, $2, 1, now(), now())`, [groupId, `Group ${groupId}`]);
    await query(`insert into customer_group_members values ($1, $2, now())`, [id, groupId]);
  }

  const remains = async ({ id }: Pick<Person, 'id'>) => {
    const [row] = await query<Record<string, number>>(
      `select (select count(*) from addresses where account_id = $1) + (select count(*) from account_tokens where account_id = $1)
          + (select count(*) from recovery_codes where account_id = $1)
          + (select count(*) from customer_group_members where account_id = $1) as belongings,
        (select count(*) from sessions where account_id = $1 and revoked_at is null) as live,
        (select count(*) from sessions where account_id = $1 and length(split_part(client, '.', 3)) > 38) as clients,
        (select count(*) from refresh_tokens where session_id in (select id from sessions where account_id = $1)) as tokens,
        (select count(*) from checkouts where customer_id = $1 and email is not null) as emails,
        (select count(*) from checkouts where customer_id = $1 and shipping_address is not null) as addresses`,
      [id],
    );
    return row;
  };

  return { customer, signIn, takeAway, erase, cart, checkOut, ended, belongings, remains };
}
