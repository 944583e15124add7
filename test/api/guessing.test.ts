import { expect } from 'chai';
import { type Customer, openPeopleShop, PASSWORD, type PeopleShop, type Refused } from './people-shop.ts';

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
    const spent = await shop.redis.keys('rate:guess*');
    if (spent.length > 0) await shop.redis.del(spent);
    asha = await shop.register();
  });

  const guess = (password: string, { email = asha.email, headers = {} } = {}) =>
    shop.ask('POST', '/store/account/login', { body: { email, password }, headers });
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

  it('is no way to fill a mailbox: mails for a forgotten password are counted', async () => {
    const body = { email: asha.email };
    const answers = await times(20, () => shop.ask('POST', '/store/account/password/forgotten', { body }));
    expect(answers.filter(({ status }) => status === 202)).to.have.lengthOf(GUESSES);
    const mails = await shop.db.query(
      `select 1 from outbox where payload ->> 'letter' = 'reset-password' and payload ->> 'accountId' = $1`,
      [asha.customer.id],
    );
    expect(mails).to.have.lengthOf(GUESSES);
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
