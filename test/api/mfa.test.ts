import { expect } from 'chai';
import fc from 'fast-check';
import { TOTP } from 'otpauth';
import { newTotpSecret, stepOf } from '../../src/entities/account/mfa.ts';
import { openPeopleShop, PASSWORD, type PeopleShop, type Refused, type Staff, type Tokens } from './people-shop.ts';

const STEP_MS = 30_000;
const codeAt = (secret: string, ms: number) => new TOTP({ secret }).generate({ timestamp: ms });

describe('the codes of an authenticator app', () => {
  const secret = newTotpSecret();

  it('work in their step of 30 seconds, the one before and the one after, and name the step', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 60_000_000 }), fc.integer({ min: -3, max: 3 }), (step, off) => {
        const found = stepOf(secret, codeAt(secret, (step + off) * STEP_MS), new Date(step * STEP_MS + 15_000));
        // Another step may have the same six digits by chance: then it is that step.
        if (Math.abs(off) <= 1) expect(found).to.be.within(step - 1, step + 1);
        else if (found !== null)
          expect(codeAt(secret, found * STEP_MS)).to.equal(codeAt(secret, (step + off) * STEP_MS));
      }),
      { numRuns: 60 },
    );
  });

  it('of another secret do not', () => {
    const code = codeAt(newTotpSecret(), 0);
    if (code !== codeAt(secret, 0)) expect(stepOf(secret, code, new Date(0))).to.equal(null);
  });
});

describe('the second factor of staff', () => {
  let shop: PeopleShop;
  let person: Staff;
  let secret: string;
  let recoveryCodes: string[];
  before(async () => {
    shop = await openPeopleShop();
    person = await shop.staff('admin');
  });
  after(() => shop.close());

  const ask = <T = Refused>(path: string, body?: object, token = person.accessToken, method = 'POST') =>
    shop.ask<T>(method, `/admin/account/mfa${path}`, { token, body });
  const signIn = async () => {
    const body = { email: person.email, password: PASSWORD };
    return (await shop.ask<Tokens & { mfa: string }>('POST', '/admin/account/login', { body })).body;
  };
  const staffList = async (token: string) => {
    const { status, body } = await shop.ask('GET', '/admin/staff', { token });
    return [status, body.error?.code];
  };
  /** Each code works once: as if the next half minute had come. */
  const forgetSteps = () => shop.db.query(`update accounts set totp_last_step = 0 where id = $1`, [person.accountId]);
  const codeNow = async () => {
    await forgetSteps();
    return codeAt(secret, Date.now());
  };

  it('is set up in two steps, and counts only when a code has proved it', async () => {
    const begun = await ask<{ secret: string; uri: string }>('');
    expect(begun.status).to.equal(201);
    expect(begun.body.uri).to.match(/^otpauth:\/\/totp\/VCEcom:.+secret=/);
    secret = begun.body.secret;
    expect((await signIn()).mfa, 'not proved yet').to.equal('none');
    expect((await ask('/confirm', { code: '000000' })).body.error.code).to.equal('MFA_CODE_WRONG');
    const confirmed = await ask<{ recoveryCodes: string[] }>('/confirm', { code: codeAt(secret, Date.now()) });
    expect(confirmed.status).to.equal(200);
    recoveryCodes = confirmed.body.recoveryCodes;
    expect(new Set(recoveryCodes).size).to.equal(10);
    expect(await staffList(person.accessToken), 'this session was raised').to.deep.equal([200, undefined]);
    expect((await ask('')).body.error.code).to.equal('MFA_ALREADY_SET_UP');
    const [row] = await shop.db.query<{ text: string }>(
      `select a::text || (select string_agg(r::text, '') from recovery_codes r) as text from accounts a where id = $1`,
      [person.accountId],
    );
    for (const kept of [secret, ...recoveryCodes]) expect(row?.text).not.to.contain(kept);
  });

  it('is asked for by every new session, which may do nothing without it', async () => {
    const { accessToken, mfa } = await signIn();
    expect(mfa).to.equal('code');
    expect(await staffList(accessToken)).to.deep.equal([403, 'MFA_REQUIRED']);
    expect((await ask('', undefined, accessToken)).body.error.code, 'no other factor').to.equal('MFA_ALREADY_SET_UP');
    expect((await ask('/recovery-codes', { code: await codeNow() }, accessToken)).status).to.equal(403);
    expect((await ask('/verify', { code: await codeNow() }, accessToken)).status).to.equal(204);
    expect(await staffList(accessToken)).to.deep.equal([200, undefined]);
  });

  it('takes each code once, also from twenty who send it at the same time', async () => {
    const sessions = await Promise.all(Array.from({ length: 5 }, signIn));
    const code = await codeNow();
    const tries = sessions.flatMap(({ accessToken }) =>
      Array.from({ length: 4 }, () => ask('/verify', { code }, accessToken)),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status).sort();
    expect(statuses).to.deep.equal([204, ...Array(19).fill(403)]);
  });

  it('can be made up for by a recovery code, once', async () => {
    const [code = ''] = recoveryCodes;
    const [first, second] = [await signIn(), await signIn()];
    const both = await Promise.all([
      ask('/verify', { code }, first.accessToken),
      ask('/verify', { code: code.toUpperCase().replaceAll('-', ' ') }, second.accessToken),
    ]);
    expect(both.map(({ status }) => status).sort()).to.deep.equal([204, 403]);
  });

  it('gets new recovery codes, and the old ones end', async () => {
    const { body } = await ask<{ recoveryCodes: string[] }>('/recovery-codes', { code: await codeNow() });
    const { accessToken } = await signIn();
    expect((await ask('/verify', { code: recoveryCodes[1] ?? '' }, accessToken)).status).to.equal(403);
    expect((await ask('/verify', { code: body.recoveryCodes[1] ?? '' }, accessToken)).status).to.equal(204);
  });

  it('cannot be given up while the role demands it, and then can', async () => {
    const require = (is: boolean) => shop.db.query(`update roles set requires_mfa = $1 where name = 'admin'`, [is]);
    await require(true);
    const kept = await ask('', { code: await codeNow() }, person.accessToken, 'DELETE');
    expect([kept.status, kept.body.error.code]).to.deep.equal([403, 'MFA_REQUIRED']);
    await require(false);
    expect((await ask('', { code: await codeNow() }, person.accessToken, 'DELETE')).status).to.equal(204);
    expect((await signIn()).mfa).to.equal('none');
  });

  it('that a role demands is set up by whoever has none, before anything else', async () => {
    await shop.db.query(`update roles set requires_mfa = true where name = 'analyst'`);
    const analyst = await shop.staff('analyst');
    const own = async () => (await shop.ask('GET', '/admin/account', { token: analyst.accessToken })).body.error?.code;
    expect(await own()).to.equal('MFA_REQUIRED');
    const begun = await ask<{ secret: string }>('', undefined, analyst.accessToken);
    const code = codeAt(begun.body.secret, Date.now());
    expect((await ask('/confirm', { code }, analyst.accessToken)).status).to.equal(200);
    expect(await own()).to.equal(undefined);
  });

  it('cannot be guessed', async () => {
    const guarded = await openPeopleShop({ rates: { guesses: 3 } });
    try {
      const staff = await guarded.staff('admin');
      const guess = () =>
        guarded.ask('POST', '/admin/account/mfa/verify', { token: staff.accessToken, body: { code: '000000' } });
      const statuses = (await Promise.all(Array.from({ length: 10 }, guess))).map(({ status }) => status);
      expect(statuses.filter((status) => status === 429)).to.have.length(7);
    } finally {
      await guarded.close();
    }
  });
});
