import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { DEVELOPMENT } from '../../tools/stack/environment.ts';
import { scaled } from '../support/pace.ts';

const MAIN = process.env.TEST_MAIN ?? join(import.meta.dirname, '../../src/main.ts');

describe('a metrics address that another process has', function () {
  this.timeout(60_000);

  for (const role of ['web', 'worker']) {
    it(`keeps a ${role} process from starting, before it takes any work`, async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const address = `127.0.0.1:${(other.address() as AddressInfo).port}`;
      const env = {
        ...DEVELOPMENT,
        PATH: process.env.PATH,
        // Nobody is asked before the process takes work.
        DATABASE_URL: 'postgres://127.0.0.1:1/none',
        REDIS_URL: 'redis://127.0.0.1:1',
        STORE_URL: 'http://127.0.0.1:1',
        METRICS_ADDRESS: address,
        PORT: '0',
      };
      const child = spawn(process.execPath, [MAIN, role], { env, timeout: scaled(30_000) });
      const [output, complaint, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'exit'),
      ]);
      other.close();
      expect([code, complaint.trim()]).to.deep.equal([
        1,
        `METRICS_ADDRESS: ${address} is in use; every process needs an address of its own`,
      ]);
      expect(output).to.not.include('ready');
    });
  }
});
