import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { DATA_KEYS, SECRET } from '../api/people-shop.ts';
import { dropDatabase, freshDatabase } from '../support/database.ts';
import { describeAll } from '../support/extent.ts';
import { installProduction } from '../support/production-folder.ts';
import { factsOf, setFolderModes } from '../support/tree.ts';

describeAll('an installation with production packages only', function () {
  this.timeout(120_000);
  let home: string;
  let shop: string;
  let databaseUrl: string;
  before(async () => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'vcecom-production-')));
    shop = join(home, 'shop');
    installProduction(shop);
    mkdirSync(join(home, 'path'));
    const npm = join(home, 'path', 'npm');
    writeFileSync(npm, `#!/bin/sh\necho "$@" >>${join(home, 'npm-calls')}\nexit 1\n`);
    chmodSync(npm, 0o755);
    setFolderModes(shop, 0o555);
    const { db, url } = await freshDatabase();
    databaseUrl = url;
    await db.close();
  });
  after(async () => {
    setFolderModes(shop, 0o755);
    rmSync(home, { recursive: true });
    await dropDatabase(databaseUrl);
  });
  afterEach(() => rmSync(join(home, 'npm-calls'), { force: true }));

  const isNpmCalled = () => existsSync(join(home, 'npm-calls'));
  /** As somebody calls it who has no network. */
  async function run(command: string, ...args: string[]) {
    const env = {
      PATH: `${join(home, 'path')}:${process.env.PATH}`,
      DATABASE_URL: databaseUrl,
      APP_SECRET: SECRET,
      DATA_KEYS,
      STRIPE_SECRET_KEY: 'sk_test_none',
      STRIPE_WEBHOOK_SECRET: 'whsec_none',
    };
    const child = spawn(join(shop, 'bin', command), args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const code = new Promise<number | null>((done) => child.once('exit', done));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await code, stdout, stderr };
  }

  const calls: [args: [command: string, ...string[]], says: RegExp][] = [
    [['verify', '--no-provider'], /^all \d+ invariants hold/],
    [['invite', 'first@example.com'], /first@example\.com chooses a password at/],
    [['rotate-keys', '--dry-run'], /"current"/],
    [['partitions', 'list'], /orders/],
    [['seed', '--products', '3'], /"sample"/],
    [['replay', '00000000-0000-7000-8000-000000000000'], /there is no checkout and no order/],
    [['bench', '--help', '--data', '.'], /^Usage: bin\/bench/],
  ];
  for (const [[command, ...args], says] of calls) {
    it(`runs bin/${command} offline, and changes nothing on disk`, async () => {
      const facts = factsOf(shop);
      const { code, stdout, stderr } = await run(command, ...args);
      expect(stderr).to.equal('');
      expect(stdout).to.match(says);
      expect(code).to.equal(command === 'replay' ? 2 : 0);
      expect(isNpmCalled()).to.equal(false);
      expect(factsOf(shop)).to.deep.equal(facts);
    });
  }

  it('is not replaced when a package is missing: the command says what to do', async () => {
    const [there, gone] = [join(shop, 'node_modules', 'uuid'), join(home, 'uuid')];
    chmodSync(dirname(there), 0o755);
    renameSync(there, gone);
    try {
      const { code, stderr } = await run('verify', '--help');
      expect([code, isNpmCalled()]).to.deep.equal([1, false]);
      expect(stderr).to.contain('npm ci --omit=dev');
    } finally {
      renameSync(gone, there);
      chmodSync(dirname(there), 0o555);
    }
  });

  it('runs on no older Node.js than package.json asks for, and installs none', async () => {
    const old = join(home, 'path', 'node');
    const preload = join(home, 'old.cjs');
    writeFileSync(preload, `Object.defineProperty(process.versions, 'node', { value: '20.0.0' });`);
    writeFileSync(old, `#!/bin/sh\nexec '${process.execPath}' -r '${preload}' "$@"\n`);
    chmodSync(old, 0o755);
    try {
      const { code, stderr } = await run('verify', '--help');
      expect([code, isNpmCalled()]).to.deep.equal([1, false]);
      expect(stderr).to.contain('is too old: put the version that package.json names on the PATH');
    } finally {
      rmSync(old);
    }
    expect((await run('verify', '--help')).code).to.equal(0);
  });

  it('gets the packages of development when a command needs them', async () => {
    setFolderModes(shop, 0o755);
    const { code } = await run('states', '--help');
    expect([code, isNpmCalled()]).to.deep.equal([1, true]);
  });
});
