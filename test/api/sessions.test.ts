import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import { newId } from '../../src/infra/ids.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Customer, openPeopleShop, PASSWORD, type PeopleShop, type Refused, type Tokens } from './people-shop.ts';

const ACCOUNT = '/store/account';
/** How soon what was ended is refused everywhere, in milliseconds. */
const SOON = 1_000;

interface Session {
  id: string;
  client: string;
  current: boolean;
}

describe('sessions', function () {
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

  const get = (token: string, path = ACCOUNT) => shop.ask('GET', path, { token });
  const works = async (token: string) => (await get(token)).status === 200;
  const post = ({ accessToken }: Tokens, path: string) =>
    shop.ask('POST', `${ACCOUNT}/${path}`, { token: accessToken });
  const refresh = (refreshToken: string, realm = ACCOUNT) =>
    shop.ask<Tokens & Refused>('POST', `${realm}/refresh`, { body: { refreshToken } });
  const list = async (token: string) =>
    (await shop.ask<{ data: Session[] }>('GET', `${ACCOUNT}/sessions`, { token })).body.data;
  const refusals = (answer: { status: number; body: Refused }) => [answer.status, answer.body.error.code];
  const isOver = (token: string) =>
    waitFor('its access token is refused', async () => (await get(token)).status === 401, SOON);

  async function signIn(client = 'Netscape 4'): Promise<Tokens> {
    const body = { email: asha.email, password: PASSWORD };
    const headers = { 'user-agent': client };
    return (await shop.ask<Tokens>('POST', `${ACCOUNT}/login`, { body, headers })).body;
  }

  describe('of an account', () => {
    it('are listed, newest first, with what the client calls itself', async () => {
      const phone = await signIn('Phone');
      const sessions = await list(phone.accessToken);
      expect(sessions.map(({ client, current }) => [client, current])).to.deep.equal([
        ['Phone', true],
        ['node', false],
      ]);
      const rows = await shop.db.query<{ client: string }>('select client from sessions');
      for (const { client } of rows) expect(client).not.to.match(/Phone|node/);
    });

    it('end one by one, without the others', async () => {
      const phone = await signIn('Phone');
      expect(await works(phone.accessToken)).to.equal(true);
      const { id } = (await list(asha.accessToken)).find(({ client }) => client === 'Phone') as Session;
      const end = () => shop.ask('DELETE', `${ACCOUNT}/sessions/${id}`, { token: asha.accessToken });
      expect((await end()).status).to.equal(204);
      await isOver(phone.accessToken);
      expect((await refresh(phone.refreshToken)).status).to.equal(401);
      expect(refusals(await end())).to.deep.equal([404, 'SESSION_NOT_FOUND']);
      expect(await list(asha.accessToken)).to.have.lengthOf(1);
    });

    it('are not ended by anybody else', async () => {
      const other = await shop.register();
      const [{ id } = { id: '' }] = await list(asha.accessToken);
      const answer = await shop.ask('DELETE', `${ACCOUNT}/sessions/${id}`, { token: other.accessToken });
      expect(refusals(answer)).to.deep.equal([404, 'SESSION_NOT_FOUND']);
      expect((await refresh(asha.refreshToken)).status).to.equal(200);
    });

    it('end with a sign-out, only where it was', async () => {
      const phone = await signIn('Phone');
      expect(await works(phone.accessToken)).to.equal(true);
      expect((await post(phone, 'logout')).status).to.equal(204);
      expect(await works(phone.accessToken), 'the process that ended it knows at once').to.equal(false);
      expect((await refresh(phone.refreshToken)).status).to.equal(401);
      expect((await refresh(asha.refreshToken)).status).to.equal(200);
    });

    it('all end with a sign-out everywhere', async () => {
      const phone = await signIn('Phone');
      expect((await post(phone, 'logout-everywhere')).status).to.equal(204);
      for (const { accessToken, refreshToken } of [phone, asha]) {
        await isOver(accessToken);
        expect((await refresh(refreshToken)).status).to.equal(401);
      }
    });

    it('all end within a second when the account is blocked', async () => {
      expect(await works(asha.accessToken)).to.equal(true);
      await shop.db.query(`update accounts set status = 'blocked' where id = $1`, [asha.customer.id]);
      await isOver(asha.accessToken);
    });
  });

  describe('go on', () => {
    it('by a refresh token that works once, for the next pair', async () => {
      const { status, headers, body: next } = await refresh(asha.refreshToken);
      expect([status, headers.get('cache-control')]).to.deep.equal([200, 'no-store']);
      expect(next.refreshToken).not.to.equal(asha.refreshToken);
      expect(await works(next.accessToken)).to.equal(true);
      expect((await refresh(next.refreshToken)).status).to.equal(200);
      expect(await list(next.accessToken)).to.have.lengthOf(1);
    });

    it('no more when a used refresh token comes again: its access tokens are refused within a second', async () => {
      const { body: next } = await refresh(asha.refreshToken);
      expect(await works(next.accessToken)).to.equal(true);
      expect(refusals(await refresh(asha.refreshToken))).to.deep.equal([401, 'REFRESH_TOKEN_INVALID']);
      await isOver(next.accessToken);
      await isOver(asha.accessToken);
      expect((await refresh(next.refreshToken)).status).to.equal(401);
      const [row] = await shop.db.query<object>(
        'select revoked_because as because from sessions where account_id = $1',
        [asha.customer.id],
      );
      expect(row).to.deep.equal({ because: 'reuse' });
    });

    it('with one pair at most, and then no more, when the same refresh token comes twenty times at once', async () => {
      const phone = await signIn('Phone');
      const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(asha.refreshToken)));
      const given = answers.filter(({ status }) => status === 200).map(({ body }) => body);
      expect(given.length).to.be.at.most(1);
      expect(answers.filter(({ status }) => status === 401)).to.have.lengthOf(20 - given.length);
      for (const { refreshToken, accessToken } of given) {
        expect((await refresh(refreshToken)).status).to.equal(401);
        await isOver(accessToken);
      }
      await isOver(asha.accessToken);
      expect(await list(phone.accessToken)).to.have.lengthOf(1);
    });

    it('though somebody sends what is no token', async () => {
      for (const garbage of ['vr_x', `${asha.refreshToken}x`, asha.accessToken.slice(0, 200), '\u0000']) {
        expect((await refresh(garbage)).status, garbage).to.be.oneOf([400, 401]);
      }
      expect((await refresh(asha.refreshToken)).status).to.equal(200);
    });

    it('not at the sign-in of staff, and an attempt there does not end them', async () => {
      expect(refusals(await refresh(asha.refreshToken, '/admin/account'))).to.deep.equal([
        401,
        'REFRESH_TOKEN_INVALID',
      ]);
      expect((await refresh(asha.refreshToken)).status).to.equal(200);
    });

    it('not beyond their end', async () => {
      await shop.db.query('update sessions set expires_at = now() where account_id = $1', [asha.customer.id]);
      expect((await refresh(asha.refreshToken)).status).to.equal(401);
      expect((await get(asha.accessToken)).status).to.equal(401);
    });

    it('and no refresh token is kept in clear', async () => {
      const rows = await shop.db.query<object>('select * from refresh_tokens');
      expect(JSON.stringify(rows)).not.to.include(asha.refreshToken.slice(3, 20));
    });
  });

  describe('of staff and of customers', () => {
    it('are each valid only in their own realm', async () => {
      const staff = await shop.staff('support');
      expect(refusals(await get(staff.accessToken))).to.deep.equal([403, 'FORBIDDEN']);
      expect(refusals(await get(asha.accessToken, '/admin/account'))).to.deep.equal([403, 'FORBIDDEN']);
      expect((await get(staff.accessToken, '/admin/account')).status).to.equal(200);
      expect((await refresh(staff.refreshToken)).status).to.equal(401);
      expect((await refresh(staff.refreshToken, '/admin/account')).status).to.equal(200);
    });
  });

  describe('an access token', () => {
    /** What the token of the session says, but for `changes`; undefined takes a claim away. */
    function claims(changes: object = {}): object {
      const { sub, sid, iss, aud, iat, exp } = jwt.decode(asha.accessToken) as jwt.JwtPayload;
      return JSON.parse(JSON.stringify({ sub, sid, iss, aud, iat, exp, ...changes }));
    }
    const bytes = (letter: string) => Buffer.alloc(32, letter);
    const sign = (payload: object, options: jwt.SignOptions = {}, key = bytes('n')) =>
      jwt.sign(payload, key, { algorithm: 'HS256', keyid: 'now', ...options });
    const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Math.floor(Date.now() / 1_000);

    async function expectRefused(token: string): Promise<void> {
      const answer = await get(token);
      expect(refusals(answer)).to.deep.equal([401, 'CREDENTIALS_INVALID']);
      expect(answer.headers.get('www-authenticate')).to.match(/^Bearer error="invalid_token"/);
    }

    it('works as we sign it, with the newest key and with an older one on the ring', async () => {
      expect(await works(asha.accessToken)).to.equal(true);
      expect(await works(sign(claims()))).to.equal(true);
      expect(await works(sign(claims(), { keyid: 'before' }, bytes('b')))).to.equal(true);
    });

    it('is refused when it is over, or has no end', async () => {
      await expectRefused(sign(claims({ iat: now - 1_000, exp: now - 1 })));
      await expectRefused(sign(claims({ exp: undefined })));
    });

    it('is refused when it was changed', async () => {
      const [head, , signature] = asha.accessToken.split('.');
      const other = await shop.register();
      await expectRefused(`${head}.${base64(claims({ sub: other.customer.id }))}.${signature}`);
      await expectRefused(asha.accessToken.slice(0, -4));
    });

    it('is refused with another algorithm, or none', async () => {
      await expectRefused(sign(claims(), { algorithm: 'HS512' }));
      await expectRefused(`${base64({ alg: 'none', kid: 'now' })}.${base64(claims())}.`);
    });

    it('is refused when it is for another audience or from another issuer', async () => {
      for (const change of [{ aud: 'vcecom:admin' }, { aud: 'elsewhere' }, { aud: undefined }, { iss: 'elsewhere' }]) {
        await expectRefused(sign(claims(change)));
      }
    });

    it('is refused when its key is unknown, unnamed or another', async () => {
      await expectRefused(sign(claims(), { keyid: 'never' }, bytes('n')));
      await expectRefused(jwt.sign(claims(), bytes('n')));
      await expectRefused(sign(claims(), { keyid: 'before' }, bytes('n')));
      await expectRefused(sign(claims(), {}, bytes('x')));
    });

    it('is refused for a session that is not there, or that is of another account', async () => {
      const other = await shop.register();
      await expectRefused(sign(claims({ sid: newId() })));
      await expectRefused(sign(claims({ sub: other.customer.id })));
      await expectRefused(sign(claims({ sid: 'x' })));
    });

    it('is refused also where guests may come', async () => {
      const answer = await shop.ask('POST', '/store/cart', { token: `${asha.accessToken}x`, body: {} });
      expect(refusals(answer)).to.deep.equal([401, 'CREDENTIALS_INVALID']);
    });

    it('is not taken together with an API key', async () => {
      const answer = await shop.ask('GET', ACCOUNT, { token: asha.accessToken, key: 'vk_x' });
      expect(refusals(answer)).to.deep.equal([400, 'AUTHENTICATION_AMBIGUOUS']);
    });

    it('is refused when it is no token at all', async () => {
      for (const authorization of ['Bearer', 'Bearer x', 'Bearer a.b.c', 'Basic YTpi', asha.accessToken]) {
        const answer = await shop.ask('GET', ACCOUNT, { headers: { authorization } });
        expect(refusals(answer), authorization).to.deep.equal([401, 'CREDENTIALS_INVALID']);
      }
    });
  });
});
