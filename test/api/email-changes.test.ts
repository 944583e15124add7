import { expect } from 'chai';
import { accountToken, type SignedPurpose } from '../../src/entities/account/account-token.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { findRecipient } from '../../src/workers/notifications/recipient.ts';
import { type Customer, openPeopleShop, PASSWORD, type PeopleShop, type Refused, SECRET } from './people-shop.ts';

const ACCOUNT = '/store/account';

describe('a change of an e-mail address', function () {
  this.timeout(30_000);
  let shop: PeopleShop;
  let asha: Customer;
  before(async () => {
    shop = await openPeopleShop();
  });
  after(() => shop.close());
  beforeEach(async () => {
    asha = await shop.register();
    await shop.db.query(`update accounts set email_verified_at = now() where id = $1`, [asha.customer.id]);
  });

  const refusals = (answer: { status: number; body: Refused }) => [answer.status, answer.body.error?.code];
  const post = (path: string, body: object) => shop.ask('POST', `${ACCOUNT}/${path}`, { body });
  const signIn = (email: string) =>
    shop.ask<Customer>('POST', `${ACCOUNT}/login`, { body: { email, password: PASSWORD } });
  const change = (email: string, token = asha.accessToken) =>
    shop.ask('PATCH', ACCOUNT, { token, body: { email, currentPassword: PASSWORD } });
  const asStaff = async (role: string, method: 'PATCH' | 'POST', path: string, body?: object) => {
    const { accessToken: token } = await shop.staff(role);
    const headers = { 'if-match': '*' };
    return shop.ask(method, `/admin/customers/${asha.customer.id}${path}`, { token, body, headers });
  };
  const byStaff = (email: string) => asStaff('support', 'PATCH', '', { email });

  interface Sent {
    commandId: string;
    tokenId: string;
  }
  const mails = (letter: string) =>
    shop.db.query<Sent>(
      `select id as "commandId", payload ->> 'tokenId' as "tokenId" from outbox
        where payload ->> 'letter' = $1 and payload ->> 'accountId' = $2 order by id`,
      [letter, asha.customer.id],
    );
  const tokenOf = async (letter: SignedPurpose, index = -1): Promise<string> => {
    const mail = (await mails(letter)).at(index) ?? expect.fail(`no mail ${letter}`);
    return accountToken(SECRET, { id: mail.tokenId, purpose: letter });
  };
  const undo = (token: string) => post('email/undo', { token });
  /** Whom the last mail about a change goes to, with its token, or why to nobody. */
  const recipient = async () => {
    const { commandId, tokenId } = (await mails('email-changed')).at(-1) ?? expect.fail('no mail');
    const deps = { db: shop.db, vault: shop.deps.vault, secret: SECRET } as WorkerDeps;
    return findRecipient(deps, { commandId, tokenId, template: 'email-changed', accountId: asha.customer.id });
  };

  for (const [who, make] of [
    ['its owner', change],
    ['support', byStaff],
  ] as const) {
    it(`by ${who} is told to both addresses, and the former one undoes it, once`, async () => {
      expect((await make(`new-${asha.email}`)).status).to.equal(200);
      expect(await mails('verify-email')).to.have.lengthOf(2);
      const token = await tokenOf('email-changed');
      expect(await recipient()).to.deep.include({ email: asha.email });
      expect(await recipient()).to.have.nested.property('token.text', token);
      expect((await undo(token)).status).to.equal(204);
      const again = await post('refresh', { refreshToken: asha.refreshToken });
      expect(refusals(again)).to.deep.equal([401, 'REFRESH_TOKEN_INVALID']);
      expect((await signIn(`new-${asha.email}`)).status).to.equal(401);
      const { body } = await signIn(asha.email);
      expect(body.customer).to.include({ email: asha.email, emailVerified: true });
      expect(refusals(await undo(token))).to.deep.equal([422, 'LINK_INVALID']);
    });
  }

  it('is undone for seven days, by no other token, and not at the sign-in of staff', async () => {
    await change(`new-${asha.email}`);
    const token = await tokenOf('email-changed');
    const atStaff = await shop.ask('POST', '/admin/account/email/undo', { body: { token } });
    expect(refusals(atStaff)).to.deep.equal([422, 'LINK_INVALID']);
    for (const other of ['x', await tokenOf('verify-email'), `${token.slice(0, -2)}xx`])
      expect(refusals(await undo(other))).to.deep.equal([422, 'LINK_INVALID']);
    const [row] = await shop.db.query<{ days: number }>(
      `select extract(day from expires_at - created_at)::int as days from email_changes where account_id = $1`,
      [asha.customer.id],
    );
    expect(row).to.deep.equal({ days: 7 });
    await shop.db.query(`update email_changes set expires_at = now() where account_id = $1`, [asha.customer.id]);
    expect(refusals(await undo(token))).to.deep.equal([422, 'LINK_INVALID']);
    expect(await recipient()).to.equal('token is used or over');
  });

  it('is not told to an address that nobody proved, and cannot be undone by it', async () => {
    await shop.db.query(`update accounts set email_verified_at = null where id = $1`, [asha.customer.id]);
    await change(`new-${asha.email}`);
    expect(await mails('verify-email')).to.have.lengthOf(2);
    expect(await mails('email-changed')).to.deep.equal([]);
    const [row] = await shop.db.query<{ id: string }>(`select id from email_changes where account_id = $1`, [
      asha.customer.id,
    ]);
    const token = accountToken(SECRET, { id: row?.id ?? '', purpose: 'email-changed' });
    expect(refusals(await undo(token))).to.deep.equal([422, 'LINK_INVALID']);
  });

  it('by staff who correct an address that nobody proved holds no reset mail back', async () => {
    await shop.db.query(`update accounts set email_verified_at = null where id = $1`, [asha.customer.id]);
    const email = `new-${asha.email}`;
    await byStaff(email);
    await post('password/forgotten', { email });
    await shop.carryOutResets();
    expect(await mails('reset-password')).to.have.lengthOf(1);
    expect((await asStaff('support', 'POST', '/password-reset')).status).to.equal(204);
    await shop.db.query(`update accounts set email_verified_at = now() where id = $1`, [asha.customer.id]);
    await byStaff(`other-${asha.email}`);
    await byStaff(`third-${asha.email}`);
    expect(refusals(await asStaff('support', 'POST', '/password-reset'))).to.deep.equal([403, 'FORBIDDEN']);
  });

  it('is told although the account was blocked afterwards', async () => {
    await byStaff(`new-${asha.email}`);
    await asStaff('support', 'POST', '/block');
    expect(await recipient()).to.deep.include({ email: asha.email });
    expect((await undo(await tokenOf('email-changed'))).status).to.equal(204);
    expect((await signIn(asha.email)).status, 'still blocked').to.equal(401);
  });

  it('is undone by the owner although a thief changes the address again, and undoes that', async () => {
    await change(`thief-${asha.email}`);
    await shop.db.query(`update accounts set email_verified_at = now() where id = $1`, [asha.customer.id]);
    await change(`other-${asha.email}`);
    const [owners, thiefs] = [await tokenOf('email-changed', 0), await tokenOf('email-changed', 1)];
    await change(`third-${asha.email}`);
    expect((await undo(thiefs)).status).to.equal(204);
    expect((await undo(owners)).status).to.equal(204);
    expect((await signIn(asha.email)).status).to.equal(200);
    for (const token of [thiefs, await tokenOf('email-changed')])
      expect(refusals(await undo(token))).to.deep.equal([422, 'LINK_INVALID']);
  });

  it('is final when an administrator says so: the reader of the former mailbox cannot undo it', async () => {
    await byStaff(`new-${asha.email}`);
    const finalise = (role: string) => asStaff(role, 'POST', '/finalise-email-change').then(refusals);
    expect(await finalise('support')).to.deep.equal([403, 'FORBIDDEN']);
    expect(await finalise('admin')).to.deep.equal([204, undefined]);
    expect(refusals(await undo(await tokenOf('email-changed')))).to.deep.equal([422, 'LINK_INVALID']);
    expect(refusals(await asStaff('support', 'POST', '/password-reset'))).to.deep.equal([204, undefined]);
    expect(await finalise('admin')).to.deep.equal([409, 'ACCOUNT_STATE_CONFLICT']);
  });

  it('leaves the former address to nobody else while it can be undone', async () => {
    await change(`new-${asha.email}`);
    const other = await shop.register();
    const body = { email: asha.email, password: PASSWORD, name: 'Eve' };
    expect(refusals(await post('register', body))).to.deep.equal([409, 'EMAIL_TAKEN']);
    expect(refusals(await change(asha.email, other.accessToken))).to.deep.equal([409, 'EMAIL_TAKEN']);
    expect((await change(asha.email)).status, 'the owner').to.equal(200);
  });

  it('is made five times in an hour', async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 6; count += 1) statuses.push((await change(`n${count}-${asha.email}`)).status);
    expect(statuses).to.deep.equal([...Array(5).fill(200), 429]);
  });

  it('by staff gives them no reset mail for as long as it can be undone', async () => {
    const email = `new-${asha.email}`;
    const reset = async (role: string) => refusals(await asStaff(role, 'POST', '/password-reset'));
    const forget = async () => {
      expect((await post('password/forgotten', { email })).status).to.equal(202);
      await shop.carryOutResets();
      return (await mails('reset-password')).length;
    };
    await byStaff(email);
    expect(await reset('support')).to.deep.equal([403, 'FORBIDDEN']);
    expect(await forget()).to.equal(0);
    expect(await reset('admin')).to.deep.equal([204, undefined]);
    await shop.db.query(`update email_changes set expires_at = now() where account_id = $1`, [asha.customer.id]);
    expect(await reset('support')).to.deep.equal([204, undefined]);
    expect(await forget()).to.equal(3);
  });

  it('by its owner holds no reset mail back, nor does one that was undone', async () => {
    await change(`new-${asha.email}`);
    expect((await asStaff('support', 'POST', '/password-reset')).status).to.equal(204);
    await byStaff(`other-${asha.email}`);
    await undo(await tokenOf('email-changed', 0));
    expect((await asStaff('support', 'POST', '/password-reset')).status).to.equal(204);
  });

  it('keeps the former address sealed, exports it, and forgets it with the account', async () => {
    await change(`new-${asha.email}`);
    const [row] = await shop.db.query<object>('select * from email_changes where account_id = $1', [asha.customer.id]);
    expect(JSON.stringify(row)).not.to.include(asha.email);
    const token = asha.accessToken;
    const { body } = await shop.ask<{ emailChanges: object[] }>('GET', `${ACCOUNT}/export`, { token });
    expect(body.emailChanges).to.have.lengthOf(1).and.to.have.nested.property('[0].formerEmail', asha.email);
    await shop.ask('POST', `${ACCOUNT}/erasure`, { token, body: { password: PASSWORD } });
    const left = await shop.db.query('select * from email_changes where account_id = $1', [asha.customer.id]);
    expect(left).to.deep.equal([]);
  });
});
