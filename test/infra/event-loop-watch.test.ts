import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { scaled } from '../support/pace.ts';

const WATCH = JSON.stringify(join(import.meta.dirname, '../../src/infra/observability/event-loop-watch.ts'));

/** Runs a program that watches its event loop, which may stand for two seconds. */
async function run(program: string): Promise<{ signal: string | null; code: number | null; output: string }> {
  const source = `import { watchEventLoop } from ${WATCH};\nwatchEventLoop(2);\n${program}`;
  const args = ['--input-type=module', '--eval', source];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], timeout: scaled(30_000) });
  const [output, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { signal, code, output };
}

describe('a process whose event loop', function () {
  this.timeout(60_000);

  it('stands is killed, and says why', async () => {
    const { signal, output } = await run(`setTimeout(() => { for (;;); }, 100);`);
    expect(signal).to.equal('SIGKILL');
    expect(JSON.parse(output)).to.include({ level: 'error', message: 'process.event_loop.stuck', seconds: 2 });
  });

  it('turns lives for as long as it has something to do, and no longer', async () => {
    expect(await run(`setTimeout(() => undefined, 4_000);`)).to.deep.equal({ signal: null, code: 0, output: '' });
  });
});
