import { expect } from 'chai';
import { type Customer, openPeopleShop, PASSWORD, type PeopleShop, type Refused, type Tokens } from './people-shop.ts';

const ACCOUNT = '/store/account';
const OTHER = 'another horse altogether';

interface Profile {
  id: string;
  email: string;
  name: string;
  phone: string | null;
  emailVerified: boolean;
}

describe('a customer account', function () {
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
  const refresh = ({ refreshToken }: Tokens) => shop.ask('POST', `${ACCOUNT}/refresh`, { body: { refreshToken } });
  const profile = ({ accessToken }: Tokens) => shop.ask<Profile>('GET', ACCOUNT, { token: accessToken });
  const change = ({ accessToken }: Tokens, body: object) =>
    shop.ask<Profile & Refused>('PATCH', ACCOUNT, { token: accessToken, body });
  const post = (path: string, body: object) => shop.ask('POST', `${ACCOUNT}/${path}`, { body });
  const refusals = (answer: { status: number; body: Refused }) => [answer.status, answer.body.error.code];

  const accounts = async (email: string) => {
    const index = shop.deps.vault.indexOf(email);
    const rows = await shop.db.query<{ email: string }>('select email from accounts where email_index = $1', [index]);
    return rows.length;
  };

  describe('begins', () => {
    it('with a registration that signs in at once', async () => {
      const body = { email: 'Meera@Example.com', password: PASSWORD, name: ' Meera ', phone: '+91 98450 12345' };
      const { status, headers, body: told } = await shop.ask<Customer>('POST', `${ACCOUNT}/register`, { body });
      expect(status).to.equal(201);
      expect(headers.get('cache-control')).to.equal('no-store');
      expect(told.customer).to.include({ email: 'Meera@Example.com', name: 'Meera', emailVerified: false });
      const { id } = told.customer;
      const { body: seen } = await profile(told);
      expect(seen).to.deep.equal({ ...told.customer, id, phone: '+91 98450 12345' });
    });

    it('once, however often the same e-mail address is registered at once, in whatever spelling', async () => {
      const spellings = ['Ravi@example.com', 'ravi@EXAMPLE.com', 'RAVI@example.COM', ' ravi@example.com '];
      const attempts = Array.from({ length: 20 }, (_, index) => {
        const email = spellings[index % spellings.length];
        return post('register', { email, password: PASSWORD, name: 'Ravi' });
      });
      const answers = await Promise.all(attempts);
      expect(answers.filter(({ status }) => status === 201)).to.have.lengthOf(1);
      const refused = answers.filter(({ status }) => status !== 201);
      expect(new Set(refused.map(({ body }) => body.error.code))).to.have.keys('EMAIL_TAKEN');
      expect(await accounts('ravi@example.com')).to.equal(1);
    });

    it('with an address whose domain is in Unicode or in punycode, which are one address everywhere', async () => {
      const unicode = 'zo\u00eb&co@m\u00fcnchen.example';
      const punycode = ' ZO\u00cb&co@xn--mnchen-3ya.EXAMPLE ';
      const person = { password: PASSWORD, name: 'Zo\u00eb' };
      const { body } = await shop.ask<Customer>('POST', `${ACCOUNT}/register`, { body: { ...person, email: unicode } });
      expect(body.customer.email).to.equal(unicode);
      expect(refusals(await post('register', { ...person, email: punycode }))).to.deep.equal([409, 'EMAIL_TAKEN']);
      expect((await signIn(punycode)).status).to.equal(200);
      expect((await post('password/forgotten', { email: punycode })).status).to.equal(202);
      await shop.carryOutResets();
      expect(await shop.mailed(body.customer.id, 'reset-password')).to.be.a('string');
    });

    it('not with a name, a telephone number or an e-mail address that is none, saying which', async () => {
      const good = { email: 'uma@example.com', password: PASSWORD, name: 'Uma' };
      const wrong = {
        name: ['\u200b', 'Uma\u0000', 'Uma\u202e'],
        phone: ['----------', '+1234567890123456'],
        email: ['uma', 'uma@example', 'uma\u202e@example.com'],
      };
      for (const [field, values] of Object.entries(wrong)) {
        for (const value of values) {
          const answer = await post('register', { ...good, [field]: value });
          expect(refusals(answer), JSON.stringify(value)).to.deep.equal([400, 'VALIDATION_FAILED']);
          expect(answer.body.error.details).to.have.nested.property('[0].where', `body.${field}`);
          expect(refusals(await change(asha, { [field]: value }))).to.deep.equal([400, 'VALIDATION_FAILED']);
        }
      }
      expect(await accounts(good.email)).to.equal(0);
    });

    it('not with a password that anybody would try first', async () => {
      const body = { email: 'kavya@example.com', name: 'Kavya Sharma' };
      for (const password of ['KAVYA@example.com', 'kavya sharma']) {
        expect(refusals(await post('register', { ...body, password }))).to.deep.equal([422, 'PASSWORD_UNSUITABLE']);
      }
      expect((await post('register', { ...body, password: 'short' })).status).to.equal(400);
      expect(await accounts(body.email)).to.equal(0);
    });

    it('without anything of the person in clear in the database', async () => {
      const [row] = await shop.db.query<object>('select * from accounts where id = $1', [asha.customer.id]);
      const text = JSON.stringify(row);
      for (const clear of [asha.email, asha.customer.name, PASSWORD]) expect(text).not.to.include(clear);
    });
  });

  describe('is entered', () => {
    it('with its e-mail address in any case', async () => {
      const { status, body } = await signIn(asha.email.toUpperCase());
      expect(status).to.equal(200);
      expect((await profile(body)).body.id).to.equal(asha.customer.id);
    });

    it('by nobody else, and whether there is such an account is not told', async () => {
      const wrong = await signIn(asha.email, OTHER);
      const unknown = await signIn('nobody@example.com');
      const told = ({ status, body: { error } }: typeof wrong) => [status, { ...error, requestId: '', timestamp: '' }];
      expect(told(wrong)).to.deep.equal(told(unknown));
      expect(refusals(wrong)).to.deep.equal([401, 'SIGN_IN_REFUSED']);
    });

    it('not while it is blocked, at once and with the sessions it had', async () => {
      await shop.db.query(`update accounts set status = 'blocked' where id = $1`, [asha.customer.id]);
      expect(refusals(await signIn(asha.email))).to.deep.equal([401, 'SIGN_IN_REFUSED']);
      expect((await refresh(asha)).status).to.equal(401);
      expect((await profile(asha)).status).to.equal(401);
    });

    it('not with a password that everybody knows, outside development', async () => {
      const email = `seeded-${asha.email}`;
      await shop.account({ email, isDevelopment: true });
      expect(refusals(await signIn(email))).to.deep.equal([401, 'SIGN_IN_REFUSED']);
    });

    it('not at the sign-in of staff, nor staff at the sign-in of customers', async () => {
      const staff = await shop.staff('support');
      expect(refusals(await signIn(staff.email))).to.deep.equal([401, 'SIGN_IN_REFUSED']);
      const body = { email: asha.email, password: PASSWORD };
      expect(refusals(await shop.ask('POST', '/admin/account/login', { body }))).to.deep.equal([
        401,
        'SIGN_IN_REFUSED',
      ]);
    });
  });

  describe('is described', () => {
    it('by a name and a telephone number that change freely', async () => {
      const wanted = { name: 'Asha K', phone: '+91 98450 00000' };
      expect((await change(asha, wanted)).body).to.include(wanted);
      expect((await change(asha, { phone: null })).body).to.include({ name: 'Asha K', phone: null });
      expect((await profile(asha)).body).to.include({ name: 'Asha K', phone: null, email: asha.email });
    });

    it('to nobody who is not signed in', async () => {
      expect(refusals(await shop.ask('GET', ACCOUNT))).to.deep.equal([401, 'AUTHENTICATION_REQUIRED']);
    });

    it('by another e-mail address only with the password, and then it is to be verified anew', async () => {
      const email = `new-${asha.email}`;
      await post('email/verify', { token: await shop.mailed(asha.customer.id, 'verify-email') });
      for (const currentPassword of [undefined, OTHER]) {
        expect(refusals(await change(asha, { email, currentPassword }))).to.deep.equal([422, 'PASSWORD_WRONG']);
      }
      expect((await profile(asha)).body).to.include({ email: asha.email, emailVerified: true });
      const { body } = await change(asha, { email, currentPassword: PASSWORD });
      expect(body).to.include({ email, emailVerified: false });
      expect((await signIn(email)).status).to.equal(200);
      expect((await signIn(asha.email)).status).to.equal(401);
    });

    it('by no e-mail address that another account has', async () => {
      const other = await shop.register();
      const wanted = { email: other.email.toUpperCase(), currentPassword: PASSWORD };
      expect(refusals(await change(asha, wanted))).to.deep.equal([409, 'EMAIL_TAKEN']);
      expect((await profile(asha)).body.email).to.equal(asha.email);
    });
  });

  describe('has its e-mail address verified', () => {
    it('by the token of the mail, once', async () => {
      const token = await shop.mailed(asha.customer.id, 'verify-email');
      expect((await post('email/verify', { token })).status).to.equal(204);
      expect((await profile(asha)).body.emailVerified).to.equal(true);
      expect(refusals(await post('email/verify', { token }))).to.deep.equal([422, 'LINK_INVALID']);
    });

    it('by the token of an older mail, too, and then by no other', async () => {
      const old = await shop.mailed(asha.customer.id, 'verify-email');
      const again = await shop.ask('POST', `${ACCOUNT}/email/verification`, { token: asha.accessToken });
      expect(again.status).to.equal(202);
      expect((await post('email/verify', { token: old })).status).to.equal(204);
      const newer = await shop.mailed(asha.customer.id, 'verify-email');
      expect(newer).not.to.equal(old);
      expect(refusals(await post('email/verify', { token: newer }))).to.deep.equal([422, 'LINK_INVALID']);
    });

    it('by the mail alone, and by another one for the orders of a guest: with the session of no other account', async () => {
      const other = await shop.register();
      const claims = async () =>
        (
          await shop.db.query(`select 1 from outbox where payload ->> 'accountId' = $1 and name = 'orders.claim'`, [
            asha.customer.id,
          ])
        ).length;
      const verify = async ({ accessToken }: Tokens) => {
        const token = await shop.mailed(asha.customer.id, 'verify-email');
        return (await shop.ask('POST', `${ACCOUNT}/email/verify`, { token: accessToken, body: { token } })).status;
      };
      expect(await verify(other)).to.equal(204);
      expect((await profile(asha)).body.emailVerified).to.equal(true);
      expect(await claims()).to.equal(0);
      await shop.ask('POST', `${ACCOUNT}/email/verification`, { token: asha.accessToken });
      expect(await verify(asha)).to.equal(204);
      expect(await claims()).to.equal(1);
    });

    it('not by a mail to the address it had before', async () => {
      const old = await shop.mailed(asha.customer.id, 'verify-email');
      await change(asha, { email: `new-${asha.email}`, currentPassword: PASSWORD });
      expect(refusals(await post('email/verify', { token: old }))).to.deep.equal([422, 'LINK_INVALID']);
      expect((await profile(asha)).body.emailVerified).to.equal(false);
    });
  });

  describe('gets another password', () => {
    const another = { currentPassword: PASSWORD, newPassword: OTHER };
    const choose = ({ accessToken }: Tokens, body: object) =>
      shop.ask('POST', `${ACCOUNT}/password`, { token: accessToken, body });

    it('from its owner, and every session but this one ends', async () => {
      const { body: phone } = await signIn(asha.email);
      expect((await choose(phone, another)).status).to.equal(204);
      expect((await refresh(asha)).status).to.equal(401);
      expect((await refresh(phone)).status).to.equal(200);
      expect((await signIn(asha.email)).status).to.equal(401);
      expect((await signIn(asha.email, OTHER)).status).to.equal(200);
    });

    it('only from who knows the one it has', async () => {
      const wrong = { currentPassword: 'not the horse', newPassword: OTHER };
      expect(refusals(await choose(asha, wrong))).to.deep.equal([422, 'PASSWORD_WRONG']);
      const same = { currentPassword: PASSWORD, newPassword: asha.email.toUpperCase() };
      expect(refusals(await choose(asha, same))).to.deep.equal([422, 'PASSWORD_UNSUITABLE']);
      expect((await signIn(asha.email)).status).to.equal(200);
    });

    it('once, though it is asked for ten times at once', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => choose(asha, another)));
      expect(answers.filter(({ status }) => status === 204)).to.have.lengthOf(1);
      expect((await signIn(asha.email, OTHER)).status).to.equal(200);
    });
  });
});
