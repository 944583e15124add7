import { expect } from 'chai';
import { type Browser, openBrowserless } from './browserless.ts';
import { PASSWORD, type PeopleShop } from './people-shop.ts';

/** A browser without scripts in which somebody with that role has signed in, and the account. */
export async function openOps(shop: PeopleShop, role: string): Promise<Browser & { id: string }> {
  const [row] = await shop.db.query<{ id: string }>(`select id from roles where name = $1`, [role]);
  const account = await shop.account({ kind: 'staff', roleId: row?.id ?? '' });
  const { email } = account.person(shop.deps.vault);
  const browser = openBrowserless(shop.url);
  const page = await browser.submit('/ops/sign-in', { email, password: PASSWORD });
  expect(page.status, page.text).to.equal(303);
  return { ...browser, id: account.id };
}

/** The key that the form of an action carries. */
export const keyOf = (text: string, action: string): string =>
  new RegExp(`name="key" value="([^"]+)"><input type="hidden" name="action" value="${action}"`).exec(text)?.[1] ?? '';
