import { expect } from 'chai';
import { issueDeviceToken } from '../../src/api/auth/credentials/device.ts';
import { accountToken } from '../../src/entities/account/account-token.ts';
import { tokenFor } from '../../src/infra/crypto/tokens.ts';
import { uuidv7Floor } from '../../src/infra/ids.ts';
import { openBrowserless } from './browserless.ts';
import {
  type Customer,
  forgetCounts,
  openPeopleShop,
  PASSWORD,
  type PeopleShop,
  type Refused,
  SECRET,
} from './people-shop.ts';

const GUESSES = 5;
const WRONG = 'not the horse';

describe('guessing at a password', function () {
  this.timeout(30_000);
  let shop: PeopleShop;
  let asha: Customer;
  before(async () => {
    shop = await openPeopleShop({ rates: { guesses: GUESSES } });
  });
  after(() => shop.close());
  beforeEach(async () => {
    // All tests come from one address, which may not guess at everybody either.
    await forgetCounts(shop.redis);
    asha = await shop.register();
  });

  const guess = (
    password: string,
    { email = asha.email, headers = {}, deviceToken = undefined as string | undefined } = {},
  ) =>
    shop.ask<Refused & { deviceToken: string }>('POST', '/store/account/login', {
      body: { email, password, deviceToken },
      headers,
    });
  const times = <T>(count: number, work: (index: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, index) => work(index)));
  const counted = (answers: { status: number }[]) => {
    const of = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
    return { wrong: of(401), tooMany: of(429) };
  };
  const refusals = (answer: { status: number; body: Refused }) => [answer.status, answer.body.error.code];

  it('is looked at five times, of twenty at once', async () => {
    const answers = await times(20, () => guess(WRONG));
    expect(counted(answers)).to.deep.equal({ wrong: GUESSES, tooMany: 15 });
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body.error).to.deep.include({
      code: 'TOO_MANY_REQUESTS',
      details: { limit: GUESSES, windowSeconds: 900 },
    });
    expect(Number(refused?.headers.get('retry-after'))).to.be.within(890, 900);
  });

  it('is then not looked at even if it is right', async () => {
    await times(GUESSES, () => guess(WRONG));
    expect(refusals(await guess(PASSWORD))).to.deep.equal([429, 'TOO_MANY_REQUESTS']);
  });

  it('begins anew for whoever knows it', async () => {
    await times(GUESSES - 1, () => guess(WRONG));
    expect((await guess(PASSWORD)).status).to.equal(200);
    expect(counted(await times(GUESSES, () => guess(WRONG)))).to.deep.equal({ wrong: GUESSES, tooMany: 0 });
  });

  it('by strangers does not keep out a device that signed in before', async () => {
    const { deviceToken } = (await guess(PASSWORD)).body;
    await times(GUESSES, () => guess(WRONG));
    expect((await guess(PASSWORD)).status).to.equal(429);
    for (const token of [asha.deviceToken, deviceToken]) {
      expect((await guess(PASSWORD, { deviceToken: token })).status).to.equal(200);
    }
  });

  it('by strangers does not keep out a browser in which staff signed in before', async () => {
    const { email } = await shop.staff('admin');
    const fields = { email, password: PASSWORD };
    const [known, other] = [openBrowserless(shop.url), openBrowserless(shop.url)];
    await known.submit('/ops/sign-in', fields);
    await known.submit('/ops/sign-out', {}, '/ops');
    await times(GUESSES, () => shop.ask('POST', '/admin/account/login', { body: { email, password: WRONG } }));
    expect((await other.submit('/ops/sign-in', fields)).status).to.equal(429);
    expect((await known.submit('/ops/sign-in', fields)).to).to.equal('/ops');
  });

  it('on a device that signed in before is looked at five times, too', async () => {
    const { deviceToken } = asha;
    expect(counted(await times(20, () => guess(WRONG, { deviceToken })))).to.deep.equal({
      wrong: GUESSES,
      tooMany: 15,
    });
    expect((await guess(PASSWORD, { deviceToken })).status).to.equal(429);
    expect((await guess(PASSWORD)).status, 'elsewhere').to.equal(200);
  });

  it('gains nothing by the token of another account, of another kind, a forged or an old one', async () => {
    const other = await shop.register();
    const [row] = await shop.db.query<{ hash: string }>('select password_hash as hash from accounts where id = $1', [
      asha.customer.id,
    ]);
    const emailIndex = shop.deps.vault.indexOf(asha.email);
    const made = (at: number) => {
      const device = uuidv7Floor(new Date(at));
      const parts = [device, asha.customer.id, row?.hash, emailIndex, null];
      return `${device}.${tokenFor(SECRET, `device:${JSON.stringify(parts)}`)}`;
    };
    const [role] = await shop.db.query<{ id: string }>(`select id from roles where name = 'support'`);
    const ofStaff = await shop.account({ kind: 'staff', email: asha.email, roleId: role?.id ?? '' });
    await times(GUESSES, () => guess(WRONG));
    const day = 86_400_000;
    const forged = `${asha.deviceToken.slice(0, -2)}${asha.deviceToken.endsWith('AA') ? 'BB' : 'AA'}`;
    const useless = [other.deviceToken, issueDeviceToken(SECRET, ofStaff), made(Date.now() - 181 * day), forged, 'x'];
    for (const deviceToken of useless) expect((await guess(PASSWORD, { deviceToken })).status).to.equal(429);
    const young = made(Date.now() - 179 * day);
    expect((await guess(PASSWORD, { deviceToken: young })).status).to.equal(200);
  });

  describe('by somebody who knew it does not keep out the owner', () => {
    const token = () => asha.accessToken;
    const outcomes = async (old: string, password: string) => {
      await times(GUESSES, () => guess(WRONG));
      return [
        (await guess(password, { deviceToken: old })).status,
        (await guess(password, { deviceToken: asha.deviceToken })).status,
      ];
    };

    it('once the password was changed: earlier devices are strangers', async () => {
      const newPassword = 'another horse battery';
      const body = { currentPassword: PASSWORD, newPassword };
      const old = (await guess(PASSWORD)).body.deviceToken;
      await shop.ask('POST', '/store/account/password', { token: token(), body });
      const { deviceToken } = (await guess(newPassword)).body;
      expect(await outcomes(old, newPassword)).to.deep.equal([429, 429]);
      expect((await guess(newPassword, { deviceToken })).status).to.equal(200);
    });

    it('once a change of the address was undone', async () => {
      const { id } = asha.customer;
      await shop.db.query(`update accounts set email_verified_at = now() where id = $1`, [id]);
      const old = (await guess(PASSWORD)).body.deviceToken;
      const body = { currentPassword: PASSWORD, email: `new-${asha.email}` };
      await shop.ask('PATCH', '/store/account', { token: token(), body });
      const [change] = await shop.db.query<{ id: string }>('select id from email_changes where account_id = $1', [id]);
      const undo = { token: accountToken(SECRET, { id: change?.id ?? '', purpose: 'email-changed' }) };
      expect((await shop.ask('POST', '/store/account/email/undo', { body: undo })).status).to.equal(204);
      expect(await outcomes(old, PASSWORD)).to.deep.equal([429, 429]);
    });
  });

  it('is counted for the account, however its e-mail address is spelt and wherever the client says it is', async () => {
    const answers = await times(20, (index) =>
      guess(WRONG, {
        email: index % 2 ? asha.email.toUpperCase() : asha.email,
        headers: { 'x-forwarded-for': `192.0.2.${index}` },
      }),
    );
    expect(counted(answers)).to.deep.equal({ wrong: GUESSES, tooMany: 15 });
  });

  it('is counted alike for an account that there is not', async () => {
    const answers = await times(20, () => guess(WRONG, { email: `no-${asha.email}` }));
    expect(counted(answers)).to.deep.equal({ wrong: GUESSES, tooMany: 15 });
  });

  it('of one account leaves the others alone', async () => {
    await times(20, () => guess(WRONG));
    const other = await shop.register();
    expect((await guess(PASSWORD, { email: other.email })).status).to.equal(200);
  });

  it('is counted also where a session has to prove it', async () => {
    const token = asha.accessToken;
    const ways = {
      password: { method: 'POST', path: '/password', body: { currentPassword: WRONG, newPassword: 'another horse' } },
      email: { method: 'PATCH', path: '', body: { currentPassword: WRONG, email: `new-${asha.email}` } },
      erasure: { method: 'POST', path: '/erasure', body: { password: WRONG } },
    };
    const answers = await times(6, async () => {
      const asked = Object.values(ways).map(({ method, path, body }) =>
        shop.ask(method, `/store/account${path}`, { token, body }),
      );
      return Promise.all(asked);
    });
    const statuses = answers.flat().map(({ status }) => status);
    expect(statuses.filter((status) => status === 422)).to.have.lengthOf(GUESSES);
    expect(statuses.filter((status) => status === 429)).to.have.lengthOf(18 - GUESSES);
  });

  describe('whether an e-mail address has an account', () => {
    const taken = { name: 'Ravi', password: PASSWORD };

    it('is told by a registration, to one address a hundred times in a quarter of an hour', async () => {
      const register = () => shop.ask('POST', '/store/account/register', { body: { ...taken, email: asha.email } });
      const answers = (await times(11, () => times(10, register))).flat();
      expect(answers.filter(({ status }) => status === 409)).to.have.lengthOf(GUESSES * 20);
      expect(answers.filter(({ status }) => status === 429)).to.have.lengthOf(10);
    });

    it('is told, and a reset mail sent, whatever passwords were guessed at from the same address', async () => {
      const everybody = (index: number) => guess(WRONG, { email: `no-${index}-${asha.email}` });
      const answers = await times(GUESSES * 20 + 1, everybody);
      expect(counted(answers)).to.deep.equal({ wrong: GUESSES * 20, tooMany: 1 });
      await shop.register();
      const forgotten = { body: { email: asha.email } };
      expect((await shop.ask('POST', '/store/account/password/forgotten', forgotten)).status).to.equal(202);
    });

    it('is told, and passwords looked at, however many mails were asked for from the same address', async () => {
      const ask = (index: number) =>
        shop.ask('POST', '/store/account/password/forgotten', { body: { email: `no-${index}-${asha.email}` } });
      const statuses = (await times(GUESSES * 20 + 1, ask)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 202)).to.have.lengthOf(GUESSES * 20);
      await shop.register();
      expect((await guess(PASSWORD)).status).to.equal(200);
    });

    it('is told by a change of address as often', async () => {
      const other = await shop.register();
      const body = { currentPassword: PASSWORD, email: asha.email };
      const change = () => shop.ask('PATCH', '/store/account', { token: other.accessToken, body });
      expect((await change()).status).to.equal(409);
      const spent = await shop.deps.limits.emailProbes.spend('127.0.0.1');
      expect(spent).to.deep.include({ remaining: GUESSES * 20 - 2 });
    });
  });

  describe('is no way to fill a mailbox:', () => {
    const forget = (email = asha.email) => shop.ask('POST', '/store/account/password/forgotten', { body: { email } });
    const mails = async (letter: string) =>
      (
        await shop.db.query(`select 1 from outbox where payload ->> 'letter' = $1 and payload ->> 'accountId' = $2`, [
          letter,
          asha.customer.id,
        ])
      ).length;
    const startAnew = async () => shop.redis.del(await shop.redis.keys('rate:guess*'));

    it('one address asks five times for a mail to an account', async () => {
      const answers = await times(20, () => forget());
      expect(answers.filter(({ status }) => status === 202)).to.have.lengthOf(GUESSES);
    });

    it('an account gets five mails in an hour, and who asks is not told', async () => {
      for (const _ of ['here', 'there', 'elsewhere']) {
        const answers = await times(4, () => forget());
        expect(answers.map(({ status, body }) => [status, body])).to.deep.equal(Array(4).fill([202, '']));
        await shop.carryOutResets();
        await startAnew();
      }
      expect(await mails('reset-password')).to.equal(5);
      await shop.db.query(`update account_tokens set created_at = now() - interval '61 min' where account_id = $1`, [
        asha.customer.id,
      ]);
      await forget();
      await shop.carryOutResets();
      expect(await mails('reset-password'), 'after an hour').to.equal(6);
    });

    it('an address that is to be verified gets five mails in an hour', async () => {
      const token = asha.accessToken;
      const again = () => shop.ask('POST', '/store/account/email/verification', { token });
      const answers = await times(12, again);
      expect(answers.map(({ status, body }) => [status, body])).to.deep.equal(Array(12).fill([202, '']));
      expect(await mails('verify-email')).to.equal(5);
    });

    it('staff are told when an account has got five', async () => {
      const { accessToken: token } = await shop.staff('support');
      const send = () => shop.ask('POST', `/admin/customers/${asha.customer.id}/password-reset`, { token });
      const answers = await times(7, send);
      expect(answers.map(({ status }) => status).toSorted()).to.deep.equal([...Array(5).fill(204), 409, 409]);
    });
  });

  it('leaves nothing of anybody in the keys of Redis', async () => {
    await guess(WRONG);
    const keys = (await shop.redis.keys('rate:*')).join('\n');
    expect(keys).to.match(/^rate:guess-account:/m);
    for (const clear of ['127.0.0.1', asha.email, asha.customer.id, shop.deps.vault.indexOf(asha.email)]) {
      expect(keys).not.to.include(clear);
    }
  });
});
