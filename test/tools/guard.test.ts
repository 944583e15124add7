import { spawnSync } from 'node:child_process';
import { mock } from 'node:test';
import { expect } from 'chai';
import { guardServers } from '../../tools/dev/guard.ts';
import type { RunFile } from '../../tools/stack/runfile.ts';

const SECOND = 1_000;
/** A process that has ended. */
const DEAD = spawnSync(process.execPath, ['--version']).pid;
const ALIVE = process.pid;

/** Servers whose restarts end as told: alive, dead again, or with an error. The last way is repeated. */
function openGuard(endings: ('alive' | 'dead' | 'error')[]) {
  const server = { pid: DEAD, restarts: 0 };
  const lines: string[] = [];
  const run = (): RunFile => ({
    url: '',
    processes: {
      web: [],
      worker: [],
      simulator: [],
      postgres: { pid: server.pid, url: '' },
      redis: { pid: null, url: '' },
    },
    sample: [],
  });
  const restartPostgres = async () => {
    const ending = endings[Math.min(server.restarts, endings.length - 1)];
    server.restarts += 1;
    if (ending === 'error') throw new Error('its port was taken');
    server.pid = ending === 'alive' ? ALIVE : DEAD;
  };
  const end = guardServers({ run, restartPostgres, restartRedis: async () => {} }, (line) => lines.push(line));
  /** One check per second; what a check does is over before the next. */
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      mock.timers.tick(SECOND);
      await new Promise((done) => setImmediate(done));
    }
  };
  return { server, lines, pass, end };
}

describe('the guard of the embedded servers', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setInterval', 'setTimeout'] }));
  afterEach(() => mock.timers.reset());

  it('starts a server again that has been dead for five seconds', async () => {
    const { server, lines, pass, end } = openGuard(['alive']);
    await pass(4);
    expect(server.restarts).to.equal(0);
    await pass(60);
    await end();
    expect(server.restarts).to.equal(1);
    expect(lines).to.deep.equal(['postgres died and will be restarted in 5 s', 'postgres was restarted']);
  });

  for (const ending of ['dead', 'error'] as const) {
    it(`starts a server again whose restart ended ${ending}, after twice the time`, async () => {
      const { server, lines, pass, end } = openGuard([ending, 'alive']);
      await pass(14);
      expect(server.restarts).to.equal(1);
      await pass(3);
      await end();
      expect([server.restarts, server.pid]).to.deep.equal([2, ALIVE]);
      expect(lines.at(-1)).to.equal('postgres was restarted');
    });
  }

  it('gives up a server that does not stay alive, and says so once', async () => {
    const { server, lines, pass, end } = openGuard(['dead']);
    await pass(600);
    await end();
    expect(server.restarts).to.equal(6);
    const given = lines.filter((line) => line.includes('will not be restarted'));
    expect(given).to.have.length(1);
    expect(given[0]).to.match(/^postgres is down after 6 restarts .*logs\/postgres\.log/);
    expect(lines.at(-1)).to.equal(given[0]);
  });

  it('counts anew when a server has stayed alive for a minute', async () => {
    const { server, lines, pass, end } = openGuard(['dead', 'alive']);
    await pass(20);
    expect(server.restarts).to.equal(2);
    await pass(60);
    server.pid = DEAD;
    await pass(6);
    await end();
    expect(server.restarts).to.equal(3);
    expect(lines.at(-2)).to.equal('postgres died and will be restarted in 5 s');
  });

  it('ends when the restart under way has ended', async () => {
    const restart = Promise.withResolvers<void>();
    let ended = false;
    const processes = { web: [], worker: [], simulator: [], postgres: { pid: DEAD, url: '' } };
    const run = (): RunFile => ({ url: '', processes: { ...processes, redis: { pid: null, url: '' } }, sample: [] });
    let restarts = 0;
    const restartPostgres = () => {
      restarts += 1;
      return restart.promise;
    };
    const end = guardServers({ run, restartPostgres, restartRedis: async () => {} }, () => {});
    for (let second = 0; second < 30; second += 1) mock.timers.tick(SECOND);
    const ending = Promise.resolve(end()).then(() => {
      ended = true;
    });
    await new Promise((done) => setImmediate(done));
    expect([restarts, ended]).to.deep.equal([1, false]);
    restart.resolve();
    await ending;
  });
});
