import { expect } from 'chai';
import { Account } from '../../src/entities/account/account.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { type Customer, openPeopleShop, PASSWORD, type PeopleShop, type Refused, type Tokens } from './people-shop.ts';

const ACCOUNT = '/store/account';
const OTHER = 'another horse altogether';

describe('an account whose password was forgotten', function () {
  this.timeout(30_000);
  let shop: PeopleShop;
  let asha: Customer;
  before(async () => {
    shop = await openPeopleShop();
  });
  after(() => shop.close());
  beforeEach(async () => {
    asha = await shop.register();
  });

  const signIn = (email: string, password = PASSWORD) =>
    shop.ask<Tokens & Refused>('POST', `${ACCOUNT}/login`, { body: { email, password } });
  const refusals = (answer: { status: number; body: Refused }) => [answer.status, answer.body.error.code];
  const profileOf = ({ accessToken }: Tokens) =>
    shop.ask<{ emailVerified: boolean }>('GET', ACCOUNT, { token: accessToken });

  const forget = async (email: string, path = `${ACCOUNT}/password/forgotten`) => {
    const answer = await shop.ask('POST', path, { body: { email } });
    await shop.carryOutResets();
    return answer;
  };
  const reset = (token: string, newPassword = OTHER) =>
    shop.ask('POST', `${ACCOUNT}/password/reset`, { body: { token, newPassword } });

  it('gets another by mail, and every session ends', async () => {
    expect((await forget(asha.email.toUpperCase())).status).to.equal(202);
    expect((await reset(await shop.mailed(asha.customer.id, 'reset-password'))).status).to.equal(204);
    expect(
      (await shop.ask('POST', `${ACCOUNT}/refresh`, { body: { refreshToken: asha.refreshToken } })).status,
    ).to.equal(401);
    expect((await signIn(asha.email)).status).to.equal(401);
    const { body } = await signIn(asha.email, OTHER);
    expect((await profileOf(body)).body.emailVerified).to.equal(true);
  });

  it('gets one only, though the token comes ten times at once', async () => {
    await forget(asha.email);
    const token = await shop.mailed(asha.customer.id, 'reset-password');
    const passwords = Array.from({ length: 10 }, (_, index) => `${OTHER} ${index}`);
    const answers = await Promise.all(passwords.map((password) => reset(token, password)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([204, ...Array(9).fill(422)]);
    const chosen = answers.findIndex(({ status }) => status === 204);
    expect((await signIn(asha.email, passwords[chosen])).status).to.equal(200);
    expect(refusals(await reset(token))).to.deep.equal([422, 'LINK_INVALID']);
  });

  it('gets another by any mail of the last hour, and then by none of the others', async () => {
    const tokens: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      await forget(asha.email);
      tokens.push(await shop.mailed(asha.customer.id, 'reset-password'));
    }
    const answers = await Promise.all(tokens.map((token, index) => reset(token, `${OTHER} ${index}`)));
    expect(answers.map(({ status }) => status).toSorted()).to.deep.equal([204, 422, 422]);
    const chosen = answers.findIndex(({ status }) => status === 204);
    expect((await signIn(asha.email, `${OTHER} ${chosen}`)).status).to.equal(200);
    for (const token of tokens) expect(refusals(await reset(token))).to.deep.equal([422, 'LINK_INVALID']);
  });

  it('gets none by a token for something else, by one that is over, or by a forged one', async () => {
    await forget(asha.email);
    const token = await shop.mailed(asha.customer.id, 'reset-password');
    const forged = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
    const verifying = await shop.mailed(asha.customer.id, 'verify-email');
    for (const one of [forged, verifying, 'x']) {
      expect(refusals(await reset(one)), one).to.deep.equal([422, 'LINK_INVALID']);
    }
    await shop.db.query('update account_tokens set expires_at = now() where id = $1', [token.split('.')[0]]);
    expect(refusals(await reset(token))).to.deep.equal([422, 'LINK_INVALID']);
  });

  it('keeps the token for another try when the password will not do', async () => {
    await forget(asha.email);
    const token = await shop.mailed(asha.customer.id, 'reset-password');
    expect(refusals(await reset(token, asha.email))).to.deep.equal([422, 'PASSWORD_UNSUITABLE']);
    expect((await reset(token)).status).to.equal(204);
  });

  it('gets none by a mail from before the password was changed', async () => {
    await forget(asha.email);
    const token = await shop.mailed(asha.customer.id, 'reset-password');
    const body = { currentPassword: PASSWORD, newPassword: OTHER };
    await shop.ask('POST', `${ACCOUNT}/password`, { token: asha.accessToken, body });
    expect(refusals(await reset(token, 'a third horse'))).to.deep.equal([422, 'LINK_INVALID']);
  });

  it('gets none by a mail to the address that the account had before', async () => {
    await forget(asha.email);
    const token = await shop.mailed(asha.customer.id, 'reset-password');
    const body = { email: `new-${asha.email}`, currentPassword: PASSWORD };
    await shop.ask('PATCH', ACCOUNT, { token: asha.accessToken, body });
    expect(refusals(await reset(token))).to.deep.equal([422, 'LINK_INVALID']);
    expect((await profileOf(asha)).body.emailVerified).to.equal(false);
  });

  it('of staff gets none by an invitation to the address that the account had before', async () => {
    const { accessToken: token } = await shop.staff('admin');
    const [role] = await shop.db.query<{ id: string }>(`select id from roles where name = 'support'`);
    const invited = { email: `staff-${asha.email}`, name: 'Ravi', roleId: role?.id };
    const { body: staff } = await shop.ask<{ id: string }>('POST', '/admin/staff', { token, body: invited });
    const invitation = await shop.mailed(staff.id, 'invitation');
    const body = { email: `new-${invited.email}` };
    const path = `/admin/staff/${staff.id}`;
    const changed = await shop.ask('PATCH', path, { token, body, headers: { 'if-match': '"1"' } });
    expect(changed.status).to.equal(200);
    const chosen = { token: invitation, newPassword: OTHER };
    const answer = await shop.ask('POST', '/admin/account/password/reset', { body: chosen });
    expect(refusals(answer)).to.deep.equal([422, 'LINK_INVALID']);
  });

  it('is not told apart from one that there never was, nor from that of staff', async () => {
    const staff = await shop.staff('support');
    const asked = [
      [asha.email, ACCOUNT],
      ['nobody@example.com', ACCOUNT],
      [staff.email, ACCOUNT],
      [staff.email, '/admin/account'],
      ['nobody@example.com', '/admin/account'],
    ];
    const tokens = () => shop.db.query(`select id from account_tokens where purpose = 'reset-password'`);
    const before = (await tokens()).length;
    const seen: string[] = [];
    for (const [email, path] of asked) {
      await shop.db.query('delete from outbox');
      const answer = await shop.ask('POST', `${path}/password/forgotten`, { body: { email } });
      const commands = await shop.db.query<{ name: string; payload: object }>('select name, payload from outbox');
      const requests = await shop.db.query('delete from password_reset_requests returning id');
      seen.push(JSON.stringify([answer.status, answer.body, commands.map(({ name }) => name), requests.length]));
      expect(commands[0]?.payload).to.have.keys('requestId');
    }
    // What is done before the answer is the same.
    expect(seen).to.deep.equal(Array(5).fill(JSON.stringify([202, '', ['mail.reset'], 1])));
    expect((await tokens()).length).to.equal(before);
  });

  it('is not looked for before the answer: it comes while somebody else holds the account', async () => {
    const status = await unitOfWork(shop.db, 'test', async (tx) => {
      await tx.lock(Account, { id: asha.customer.id });
      return (await shop.ask('POST', `${ACCOUNT}/password/forgotten`, { body: { email: asha.email } })).status;
    });
    expect(status).to.equal(202);
    await shop.carryOutResets();
    expect(await shop.mailed(asha.customer.id, 'reset-password')).to.be.a('string');
  });

  it('gets a mail of the right kind only, and none while it is blocked', async () => {
    const staff = await shop.staff('support');
    await shop.db.query(`update accounts set status = 'blocked' where id = $1`, [asha.customer.id]);
    await forget(staff.email);
    await forget(asha.email);
    await forget('nobody@example.com');
    const mails = () => shop.db.query(`select payload from outbox where payload ->> 'letter' = 'reset-password'`);
    const before = await mails();
    await forget(staff.email, '/admin/account/password/forgotten');
    expect(await mails()).to.have.lengthOf(before.length + 1);
    const token = await shop.mailed(staff.accountId, 'reset-password');
    const answer = await shop.ask('POST', '/admin/account/password/reset', { body: { token, newPassword: OTHER } });
    expect(answer.status).to.equal(204);
    expect(await shop.db.query('select id from password_reset_requests')).to.deep.equal([]);
  });
});
