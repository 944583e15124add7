import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { audit, readAudit } from '../../tools/test/audit.ts';
import { licenceProblems } from '../../tools/test/licences.ts';

describe('the dependencies', () => {
  let root: string;
  const write = (path: string, content: object) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), JSON.stringify(content));
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'vcecom-dependencies-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  describe('by their licences', () => {
    /** Packages of version 1.0.0: what the lock file says of each, and what its package.json says. */
    const plant = (packages: Record<string, { locked?: object; manifest?: object }>) => {
      const entries = Object.entries(packages).map(([name, { locked }]) => [`node_modules/${name}`, locked ?? {}]);
      write('package-lock.json', { packages: { '': { name: 'shop' }, ...Object.fromEntries(entries) } });
      for (const [name, { manifest }] of Object.entries(packages)) {
        if (manifest) write(`node_modules/${name}/package.json`, { name, version: '1.0.0', ...manifest });
      }
    };
    const judge = (license?: unknown) => {
      plant({ a: { manifest: { license } } });
      return licenceProblems(root, {});
    };

    it('pass with what is allowed, also in an expression and as it was written long ago', () => {
      for (const license of ['MIT', '(MIT OR GPL-3.0)', 'GPL-3.0 OR (ISC AND 0BSD)', { type: 'Apache-2.0' }]) {
        expect(judge(license), JSON.stringify(license)).to.deep.equal([]);
      }
      plant({ a: { manifest: { licenses: [{ type: 'GPL-2.0' }, { type: 'MIT' }] } } });
      expect(licenceProblems(root, {})).to.deep.equal([]);
    });

    it('are named with what they have when it is not allowed', () => {
      for (const license of ['GPL-3.0', 'MIT AND GPL-3.0', 'UNLICENSED', '(MIT', 'MIT GPL-3.0', 'SEE LICENSE IN x']) {
        expect(judge(license)).to.deep.equal([`a@1.0.0 has the licence ${license}`]);
      }
    });

    it('are named when they have none', () => {
      expect(judge()).to.deep.equal(['a@1.0.0 names no licence']);
      expect(judge('')).to.deep.equal(['a@1.0.0 names no licence']);
    });

    it('are looked at wherever they lie, but not those for development', () => {
      const manifest = { license: 'GPL-3.0' };
      plant({ '@x/a': { manifest }, '@x/a/node_modules/b': { manifest }, c: { manifest, locked: { dev: true } } });
      expect(licenceProblems(root, {})).to.deep.equal([
        '@x/a@1.0.0 has the licence GPL-3.0',
        '@x/a/node_modules/b@1.0.0 has the licence GPL-3.0',
      ]);
    });

    it('may be missing on this platform only when they are optional', () => {
      plant({ a: { locked: { optional: true } }, b: {} });
      expect(licenceProblems(root, {})).to.deep.equal(['node_modules/b is not installed']);
    });

    it('are excused by name and version, for as long as it is needed', () => {
      plant({ a: { manifest: { license: 'MPL-2.0' } }, b: { manifest: { license: 'MIT' } } });
      expect(licenceProblems(root, { 'a@1.0.0': 'unchanged' })).to.deep.equal([]);
      expect(licenceProblems(root, { 'a@0.9.0': 'unchanged', 'b@1.0.0': 'read' })).to.deep.equal([
        'a@1.0.0 has the licence MPL-2.0',
        'a@0.9.0 needs no exception',
        'b@1.0.0 needs no exception',
      ]);
    });
  });

  describe('by what npm audit says', () => {
    const finding = (severity: string) => ({
      ...{ severity, range: '<2.0.0', isDirect: true, effects: [], nodes: [], fixAvailable: true },
      via: ['c', { title: 'Hangs', url: 'https://example.com/1', severity, range: '<2.0.0' }],
    });
    const report = (vulnerabilities: object) => JSON.stringify({ auditReportVersion: 2, vulnerabilities });

    it('fail when a finding is high or critical, with its name and cause', () => {
      const vulnerabilities = { a: finding('high'), b: finding('critical'), c: finding('moderate') };
      expect(readAudit(report(vulnerabilities))).to.deep.equal({
        answered: true,
        findings: [
          'a <2.0.0 (high): through c; Hangs https://example.com/1',
          'b <2.0.0 (critical): through c; Hangs https://example.com/1',
        ],
      });
    });

    it('pass when it is moderate', () => {
      expect(readAudit(report({ a: finding('moderate') }))).to.deep.equal({ answered: true, findings: [] });
    });

    it('are not judged by what is no report', () => {
      for (const output of ['', 'npm error', '{}', 'null', '[]', '{"vulnerabilities":{}}', report({ a: 1 })]) {
        expect(readAudit(output), output).to.deep.equal({ answered: false, why: 'no report came' });
      }
      expect(readAudit('{"message":"405 Method Not Allowed"}')).to.include({ why: '405 Method Not Allowed' });
      expect(readAudit('{"error":{"summary":"No lock file"}}')).to.include({ why: 'No lock file' });
    });
  });

  describe('by what a registry answers', function () {
    this.timeout(30_000);
    let server: Server;
    const ask = async (answer: RequestListener, withinMs?: number) => {
      server = createServer(answer).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const env = { ...process.env, npm_config_registry: registry, npm_config_cache: join(root, 'cache') };
      // What somebody who works offline has set for himself.
      return audit(root, { withinMs, env: { ...env, npm_config_offline: 'true', npm_config_audit: 'false' } });
    };

    beforeEach(() => {
      const [dependencies, devDependencies] = [{ good: '1.0.0', holed: '1.0.0' }, { 'holed-too': '1.0.0' }];
      const one = { version: '1.0.0', license: 'MIT' };
      const own = { name: 'shop', version: '1.0.0', dependencies, devDependencies };
      const packages = { '': own, 'node_modules/good': one, 'node_modules/holed': one };
      write('package.json', own);
      const dev = { 'node_modules/holed-too': { ...one, dev: true } };
      write('package-lock.json', { name: 'shop', lockfileVersion: 3, packages: { ...packages, ...dev } });
    });
    afterEach(() => {
      server.close();
      server.closeAllConnections();
    });

    it('fail when it knows of something grave in production', async () => {
      const hole = { id: 1, title: 'Hangs', url: 'https://example.com/1', severity: 'high' };
      const more = { vulnerable_versions: '<2.0.0', cwe: [], cvss: { score: 0, vectorString: null } };
      const result = await ask(async (request, response) => {
        const asked = Object.keys(
          request.method === 'POST' ? JSON.parse(gunzipSync(await buffer(request)).toString()) : {},
        );
        const known = asked.filter((name) => name !== 'good').map((name) => [name, [{ ...hole, ...more }]]);
        const about = { name: request.url?.slice(1), versions: { '1.0.0': { name: 'holed', version: '1.0.0' } } };
        response.end(JSON.stringify(request.method === 'POST' ? Object.fromEntries(known) : about));
      });
      expect(result).to.deep.equal({ answered: true, findings: ['holed * (high): Hangs https://example.com/1'] });
    });

    it('are not judged when it refuses to say', async () => {
      const result = await ask((_request, response) => response.writeHead(405).end());
      expect(result).to.have.property('why').that.includes('405 Method Not Allowed');
    });

    it('are not judged, nor waited for, when it stays silent', async () => {
      const result = await ask(() => undefined, 2_000);
      expect(result).to.deep.equal({ answered: false, why: 'no answer within 2 s' });
    });
  });
});
