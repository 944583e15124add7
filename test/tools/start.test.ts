import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { nodeOptionsOf } from '../../tools/stack/procfile.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const NEW_NODE = 'v24.21.0';

describe('bin/start', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vcecom-start-'));
    for (const file of ['bin/start', 'bin/stamp', 'Procfile', 'package.json'])
      cpSync(join(ROOT, file), join(folder, file));
    for (const name of ['path', 'dist', 'src', 'migrations']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'src/main.ts'), '');
    writeFileSync(join(folder, 'package-lock.json'), '');
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Starts a process with a Node.js that prints what it was given. */
  function start(args: string[], { version = NEW_NODE, env = {} }: { version?: string; env?: object } = {}) {
    const node = join(folder, 'path', 'node');
    const says = 'echo "$@"; echo "HOST=$HOST NODE_ENV=$NODE_ENV"';
    writeFileSync(node, `#!/bin/sh\n[ "$1" = --version ] && { echo ${version}; exit; }\n${says}\n`);
    chmodSync(node, 0o755);
    const PATH = `${join(folder, 'path')}:/usr/bin:/bin`;
    return spawnSync(join(folder, 'bin/start'), args, { env: { PATH, ...env }, encoding: 'utf8' });
  }
  const limitsOf = (name: string): string => nodeOptionsOf(name).join(' ');

  it('takes the memory limits of the Procfile, unless it is given others', () => {
    for (const name of ['web', 'worker']) {
      expect(limitsOf(name)).to.match(/^--max-old-space-size=\d+ --max-semi-space-size=\d+$/);
      expect(start([name]).stdout).to.match(new RegExp(`^${limitsOf(name)} src/main.ts ${name}\n`));
    }
    expect(start(['web', '--max-old-space-size=400']).stdout).to.match(/^--max-old-space-size=400 src\/main.ts web\n/);
    expect(start(['migrate']).stdout).to.match(/^src\/main.ts migrate\n/);
  });

  it('listens on every address of the machine, in production, unless it is told otherwise', () => {
    expect(start(['web']).stdout).to.contain('HOST=0.0.0.0 NODE_ENV=production');
    const env = { HOST: '127.0.0.1', NODE_ENV: 'development' };
    expect(start(['web'], { env }).stdout).to.contain('HOST=127.0.0.1 NODE_ENV=development');
    expect(start(['worker']).stdout).to.contain('HOST= NODE_ENV=production');
  });

  it('says which Node.js it needs', () => {
    const { status, stderr } = start(['web'], { version: 'v20.20.2' });
    expect(stderr).to.equal(
      'Node.js 20.20.2 is too old: VCEcom needs version 24 or newer (https://nodejs.org), found by the PATH.\n',
    );
    expect(status).to.equal(1);
    expect(start(['simulator']).stderr).to.match(/^Usage: bin\/start web\|worker\|migrate/);
  });

  it('uses the bundle of these sources and packages in this folder', () => {
    const startsFrom = () => / (\S+) web\n/.exec(start(['web']).stdout)?.[1];
    const build = () => writeFileSync(join(folder, 'dist/stamp'), spawnSync(join(folder, 'bin/stamp')).stdout);
    writeFileSync(join(folder, 'dist/main.mjs'), '');
    expect(startsFrom()).to.equal('src/main.ts');
    build();
    expect(startsFrom()).to.equal('dist/main.mjs');
    for (const file of ['src/main.ts', 'package-lock.json']) {
      writeFileSync(join(folder, file), 'another version');
      // Unpacked releases have older times than a bundle of the release before.
      utimesSync(join(folder, file), 0, 0);
      expect(startsFrom(), file).to.equal('src/main.ts');
      build();
    }
    writeFileSync(
      join(folder, 'dist/stamp'),
      spawnSync(join(folder, 'bin/stamp')).stdout.toString().replace(/^.*/, '/elsewhere'),
    );
    expect(startsFrom()).to.equal('src/main.ts');
  });
});
