import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { scaled } from '../support/pace.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, startFlow } from './stack.ts';

const CLIENTS = 32;
const LONGEST_PAUSE_MS = 200;
const PATH = '/api/v1/store/products?limit=1';

interface Seen {
  status: number;
  headers: IncomingHttpHeaders;
}

describe('a web process that is told to stop while clients keep their connections', function () {
  this.timeout(60_000);
  let flow: Flow;
  before(async () => {
    flow = await startFlow({ env: { DRAIN_SECONDS: String(Math.ceil(scaled(2))) } });
  });
  after(() => flow?.stop());

  const get = (agent: Agent) =>
    new Promise<Seen>((resolve, reject) => {
      const sent = request(`${flow.stack.url}${PATH}`, { agent }, (response) => {
        response.resume();
        response.once('error', reject);
        response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
      });
      sent.once('error', reject);
      sent.end();
    });

  /** Asks on its one connection, at its own pace, until it is told to leave. @returns how many answers it got */
  async function client(index: number): Promise<number> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      for (let answers = 1; ; answers += 1) {
        const { status, headers } = await get(agent);
        expect(status).to.equal(200);
        if (headers.connection === 'close') return answers;
        await pause((index / CLIENTS) * LONGEST_PAUSE_MS);
      }
    } finally {
      agent.destroy();
    }
  }

  it('loses no request, says that it is not ready, and sends each client elsewhere', async () => {
    const clients = Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index)));
    await fetch(`${flow.stack.url}${PATH}`);
    flow.stack.kill('web', 'SIGTERM');
    const readiness = waitFor('readiness tells', async () => (await fetch(`${flow.stack.url}/readyz`)).status === 503);
    const answers = await clients;
    expect(Math.min(...answers)).to.be.greaterThan(0);
    await readiness;
  });
});
