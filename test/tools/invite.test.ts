import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { DATA_KEYS, openPeopleShop, type PeopleShop, SECRET } from '../api/people-shop.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

describe('bin/invite', function () {
  // Each test starts several processes.
  this.timeout(60_000);
  let shop: PeopleShop;
  before(async () => {
    shop = await openPeopleShop();
  });
  after(() => shop.close());

  const invite = async (...args: string[]) => {
    const [{ url } = { url: '' }] = await shop.db.query<{ url: string }>(`select current_database() as url`);
    const databaseUrl = new URL(process.env.TEST_DATABASE_URL ?? '');
    databaseUrl.pathname = url;
    const env = { ...process.env, DATABASE_URL: databaseUrl.href, APP_SECRET: SECRET, DATA_KEYS };
    return run(process.execPath, [join(ROOT, 'tools', 'invite.ts'), ...args], { env }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
  };
  const choose = (stdout: string, newPassword: string) => {
    const [, token = ''] = /token=(\S+)/.exec(stdout) ?? [];
    return shop.ask('POST', '/admin/account/password/reset', { body: { token, newPassword } });
  };

  it('makes the first administrator, who chooses a password and signs in', async () => {
    const invited = await invite('First@example.com', '--name', 'First Person');
    expect([invited.code, invited.stderr]).to.deep.equal([0, '']);
    expect((await choose(invited.stdout, 'a long enough one')).status).to.equal(204);
    const body = { email: 'first@example.com', password: 'a long enough one' };
    const { status, body: tokens } = await shop.ask<{ accessToken: string }>('POST', '/admin/account/login', { body });
    expect(status).to.equal(200);
    expect((await shop.ask('GET', '/admin/staff', { token: tokens.accessToken })).status).to.equal(200);
    const log = await shop.db.query(`select actor_kind, action from audit_log`);
    expect(log).to.deep.equal([{ actor_kind: 'system', action: 'staff.invite' }]);
  });

  it('makes another token for who has no password yet, and voids the one before', async () => {
    const first = await invite('second@example.com', '--role', 'support');
    const second = await invite('second@example.com');
    expect((await choose(first.stdout, 'a long enough one')).status).to.equal(422);
    expect((await choose(second.stdout, 'a long enough one')).status).to.equal(204);
    const third = await invite('second@example.com');
    expect([third.code, third.stderr]).to.deep.equal([
      1,
      'bin/invite: second@example.com has chosen a password already\n',
    ]);
  });

  it('says what is wrong about what it was given', async () => {
    const [email, name, role, option] = await Promise.all([
      invite('nobody'),
      invite('a@example.com', '--name', '\u200b'),
      invite('a@example.com', '--role', 'king'),
      invite('a@example.com', '--king'),
    ]);
    expect(email.stderr).to.match(/^bin\/invite: EMAIL must be one e-mail address/);
    expect(name.stderr).to.match(/^bin\/invite: NAME must be one line/);
    expect(role.stderr).to.contain('there is no role "king"');
    expect(option.code).to.equal(2);
  });
});
