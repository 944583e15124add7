import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { parse, parseAllDocuments } from 'yaml';
import { type Process, readConfig } from '../../src/infra/config.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Service {
  image: string;
  build?: { context: string; dockerfile: string };
  command?: string[];
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  depends_on?: Record<string, unknown>;
}

interface Pod {
  securityContext: object;
  containers: {
    args: string[];
    securityContext: object;
    startupProbe?: object;
    livenessProbe?: object;
    readinessProbe?: object;
    lifecycle?: { preStop: object };
  }[];
}

interface Resource {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  spec: { replicas?: number; template: { spec: Pod }; metrics: { external?: { metric: { name: string } } }[] };
}

const COMPOSE: { services: Record<string, Service>; volumes: object } = parse(read('ops/compose.yaml'), {
  merge: true,
});
const ITEMS: Resource[] = parse(read('ops/kubernetes.yaml')).items;
const SETTINGS = [...read('src/infra/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name = '']) => name);

/** `${NAME:-default}` as Compose reads it when nothing is set. */
const withDefaults = (text: string): string => text.replace(/\$\{\w+:?-([^}]*)\}/g, '$1');

const isOurs = ({ image }: Service) => image.includes('VCECOM_IMAGE');
const ours = Object.entries(COMPOSE.services).filter(([, service]) => isOurs(service));
const pods = ITEMS.filter(({ kind }) => kind === 'Deployment' || kind === 'Job');

describe('the files for containers', () => {
  let secrets: string;
  before(() => {
    secrets = mkdtempSync(join(tmpdir(), 'vcecom-secrets-'));
    execFileSync(join(ROOT, 'bin/secrets'), [secrets]);
  });
  after(() => rmSync(secrets, { recursive: true }));

  /** Reads settings as a process in production does, with the secrets that bin/secrets makes. */
  function expectToStart(process: Process, settings: Record<string, string>): void {
    const values = Object.entries(settings).map(([name, text]) => {
      const value = withDefaults(text).replace('/run/vcecom', secrets);
      return [name, value] as const;
    });
    const env = { NODE_ENV: 'production', ...Object.fromEntries(values) };
    expect(() => readConfig(process, env), process).not.to.throw();
    const unknown = Object.keys(settings).filter((name) => !SETTINGS.includes(name.replace(/_FILE$/, '')));
    expect(unknown, 'settings that do not exist').to.deep.equal([]);
  }

  it('get secrets that only their owner reads, and that stay when they are made again', () => {
    const file = join(secrets, 'DATA_KEYS');
    const made = readFileSync(file, 'utf8');
    expect(statSync(file).mode & 0o777).to.equal(0o400);
    expect(execFileSync(join(ROOT, 'bin/secrets'), [secrets], { encoding: 'utf8' })).to.contain('kept DATA_KEYS');
    expect(readFileSync(file, 'utf8')).to.equal(made);
  });

  it('are YAML without errors, all of them', () => {
    const files = globSync('{ops,.github,.ci}/**/*.{yml,yaml}', { cwd: ROOT });
    expect(files).to.include.members(['ops/compose.yaml', 'ops/kubernetes.yaml', 'ops/otel/collector.yaml']);
    for (const file of files) {
      const problems = parseAllDocuments(read(file), { merge: true }).flatMap((one) => [
        ...one.errors,
        ...one.warnings,
      ]);
      expect(problems.map(String), file).to.deep.equal([]);
    }
  });

  describe('ops/compose.yaml', () => {
    it('has settings with which every process starts', () => {
      const environmentOf = (name: string) => COMPOSE.services[name]?.environment ?? {};
      expectToStart('web', environmentOf('web'));
      expectToStart('worker', environmentOf('worker'));
      expectToStart('database', environmentOf('migrate'));
      expectToStart('simulator', environmentOf('simulator'));
    });

    it('mounts files and volumes that are there, and waits for services that are there', () => {
      for (const [name, { volumes = [], depends_on = {}, build }] of Object.entries(COMPOSE.services)) {
        for (const volume of volumes) {
          const [source = ''] = volume.split(':');
          const isThere = source.startsWith('.') ? existsSync(join(ROOT, 'ops', source)) : source in COMPOSE.volumes;
          expect(isThere, `${name}: ${source}`).to.equal(true);
        }
        expect(Object.keys(COMPOSE.services)).to.include.members(Object.keys(depends_on));
        if (build) expect(existsSync(join(ROOT, 'ops', build.context, build.dockerfile)), name).to.equal(true);
      }
    });

    it('pins the images of others, and confines ours', () => {
      expect(ours.map(([name]) => name)).to.deep.equal(['secrets', 'migrate', 'web', 'worker', 'simulator']);
      for (const [name, service] of Object.entries(COMPOSE.services)) {
        const { image, user, read_only, cap_drop } = service;
        if (!isOurs(service)) expect(image, name).to.match(/:v?\d[\w.-]*$/);
        else if (!user) expect([read_only, cap_drop], name).to.deep.equal([true, ['ALL']]);
      }
    });

    it('builds the image once: several builds of one image at the same time fail', () => {
      expect(ours.filter(([, { build }]) => build)).to.have.length(1);
    });
  });

  describe('ops/kubernetes.yaml', () => {
    it('has settings with which every process starts, and a secret for each file', () => {
      const settings = ITEMS.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
      const files = Object.entries(settings).filter(([name]) => name.endsWith('_FILE'));
      const made = { DATABASE_URL: 'postgres://db/shop', REDIS_URL: 'redis://redis', SMTP_URL: 'smtp://mail' };
      const stripe = { STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' };
      for (const [name, value] of Object.entries({ ...made, ...stripe })) writeFileSync(join(secrets, name), value);
      for (const [name, path] of files) expect(path).to.equal(`/run/vcecom/${name.replace('_FILE', '')}`);
      expectToStart('web', settings);
      expectToStart('worker', settings);
    });

    it('starts every process with a command that exists, as an ordinary user on a read-only root', () => {
      expect(pods.map(({ metadata }) => metadata.name)).to.deep.equal([
        'vcecom-migrate',
        'vcecom-web',
        'vcecom-worker',
      ]);
      for (const { metadata, spec } of pods) {
        const { securityContext, containers } = spec.template.spec;
        expect(securityContext, metadata.name).to.include({ runAsNonRoot: true, runAsUser: 1000 });
        for (const { args, securityContext: confined } of containers) {
          expect(existsSync(join(ROOT, args[0] ?? '')), args[0]).to.equal(true);
          expect(confined).to.include({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
        }
      }
    });

    it('probes web and worker, lets nodes forget a web process before it stops, and leaves replicas to the autoscaler', () => {
      for (const { metadata, spec } of pods.filter(({ kind }) => kind === 'Deployment')) {
        const [container] = spec.template.spec.containers;
        expect(container, metadata.name).to.include.keys('startupProbe', 'livenessProbe', 'readinessProbe');
        expect(spec.replicas, metadata.name).to.equal(undefined);
      }
      const web = pods.find(({ metadata }) => metadata.name === 'vcecom-web');
      expect(web?.spec.template.spec.containers[0]?.lifecycle?.preStop).to.deep.equal({ sleep: { seconds: 5 } });
      const scaled = ITEMS.filter(({ kind }) => kind === 'HorizontalPodAutoscaler');
      expect(
        scaled.flatMap(({ spec }) => spec.metrics.flatMap(({ external }) => external?.metric.name ?? [])),
      ).to.deep.equal(['vcecom_queue_jobs_waiting']);
      const disruptions = ITEMS.filter(({ kind }) => kind === 'PodDisruptionBudget');
      expect(disruptions.map(({ metadata }) => metadata.name)).to.deep.equal(['vcecom-web', 'vcecom-worker']);
    });
  });
});
