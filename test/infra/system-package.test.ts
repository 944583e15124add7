import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type SystemProgram, systemProgram } from '../../tools/embedded/system-package.ts';

const IS_ROOT = process.getuid?.() === 0;
const PATH = process.env.PATH;
const CACHE = process.env.XDG_CACHE_HOME;
const TEA: SystemProgram = {
  names: ['brewer', 'kettle'],
  debian: { packages: ['tea', 'tea-common'], binary: 'usr/lib/tea/brewer' },
  brew: ['tea'],
};

describe('a program of the system', () => {
  let folder: string;
  const bin = (name: string) => join(folder, 'bin', name);
  const plant = (path: string, script: string) => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, `#!/bin/sh\nPATH='${PATH}'\n${script}\n`);
    chmodSync(path, 0o755);
  };
  const logged: string[] = [];
  const look = (more: Partial<SystemProgram> = {}) => {
    logged.length = 0;
    return systemProgram({ ...TEA, ...more }, (line) => logged.push(line));
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vcecom-system-'));
    process.env.PATH = join(folder, 'bin');
    process.env.XDG_CACHE_HOME = join(folder, 'cache');
  });
  afterEach(() => {
    process.env.PATH = PATH;
    if (CACHE === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = CACHE;
    rmSync(folder, { recursive: true });
  });

  it('is found on the PATH by its best name, else where else it may lie', () => {
    plant(join(folder, 'Tea.app', 'Tea'), '');
    const places = [join(folder, 'Tea.app', 'Tea')];
    expect(look({ places })).to.equal(places[0]);
    plant(bin('kettle'), '');
    expect(look({ places })).to.equal(bin('kettle'));
    plant(bin('brewer'), '');
    expect(look({ places })).to.equal(bin('brewer'));
    expect(logged).to.deep.equal([]);
  });

  it('is passed over when it cannot even tell its version', () => {
    plant(bin('brewer'), 'echo "get the snap"; exit 1');
    plant(bin('kettle'), 'test "$1" = --version');
    expect(look()).to.equal(bin('kettle'));
  });

  it('is asked for its version in its own way', () => {
    plant(bin('brewer'), 'test "$1" = version');
    expect(look({ version: 'version' })).to.equal(bin('brewer'));
  });

  it('is told to be missing when nothing brings it', () => {
    expect(look()).to.equal(null);
    expect(logged).to.deep.equal(['no brewer on the PATH: getting one from the packages of this system']);
    expect(existsSync(join(folder, 'cache', 'vcecom', 'brewer'))).to.equal(false);
  });

  if (IS_ROOT && process.platform === 'linux') {
    it('is installed by root, who fetches the lists of packages when they are missing', () => {
      const calls = join(folder, 'calls');
      const install = `test -f ${folder}/lists && touch ${bin('brewer')} && chmod 755 ${bin('brewer')}`;
      plant(
        bin('apt-get'),
        `echo "$@" >>${calls}; if [ "$1" = update ]; then touch ${folder}/lists; else ${install}; fi`,
      );
      expect(look()).to.equal(bin('brewer'));
      const command = 'install -y --no-install-recommends tea tea-common';
      expect(readFileSync(calls, 'utf8')).to.equal(`${command}\nupdate\n${command}\n`);
    });
  }

  if (process.platform === 'linux') {
    // Root unpacks only what would start a server.
    const lookUnpacked = () => look({ isService: IS_ROOT });
    const plantDebian = (unpacking: string) => {
      const download = 'shift; for one; do touch $one.deb; done';
      plant(bin('apt-get'), `if [ "$1" = download ]; then ${download}; else echo "Inst leaves (1)"; fi`);
      plant(bin('dpkg'), `mkdir -p usr/lib/tea lib/x86_64-linux-gnu; echo $2 >>unpacked; ${unpacking}`);
    };

    it('is unpacked with its libraries for an ordinary user, or when it would start a server, and found there the next time', () => {
      plantDebian(`echo '#!/bin/sh' >usr/lib/tea/brewer; chmod 755 usr/lib/tea/brewer`);
      const path = lookUnpacked();
      const cache = join(folder, 'cache', 'vcecom', 'brewer');
      expect(path).to.equal(join(cache, 'brewer'));
      const archives = readFileSync(join(cache, 'unpacked'), 'utf8').trim().split('\n');
      expect(archives).to.have.members(['tea.deb', 'tea-common.deb', 'leaves.deb']);
      expect(readFileSync(path ?? '', 'utf8')).to.include(`LD_LIBRARY_PATH='${cache}/lib/x86_64-linux-gnu' exec`);
      rmSync(bin('apt-get'));
      expect(lookUnpacked()).to.equal(path);
      expect(logged).to.deep.equal([]);
    });

    it('is not left half unpacked', () => {
      plantDebian('true');
      expect(lookUnpacked()).to.equal(null);
      expect(existsSync(join(folder, 'cache', 'vcecom', 'brewer'))).to.equal(false);
    });
  }
});
