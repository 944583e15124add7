import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stackEnvironment } from '../stack/environment.ts';
import { nodeOptionsOf } from '../stack/procfile.ts';
import { usageOf } from './processes.ts';
import type { Target } from './target.ts';

/** The start-up time of a process in milliseconds, with a warm compile cache. */
export interface StartUp {
  role: 'web' | 'worker';
  wallMs: number;
  cpuMs: number | null;
}

const STARTS = 3;

/**
 * Starts web and worker processes beside those of the shop, one after the other; returns the fastest of three starts.
 */
export async function measureStartUps(target: Target): Promise<StartUp[]> {
  const best: StartUp[] = [];
  for (const role of ['web', 'worker'] as const) {
    const starts: StartUp[] = [];
    for (let start = 0; start < STARTS; start++) starts.push(await startOnce(role, target));
    best.push(starts.reduce((one, other) => (other.wallMs < one.wallMs ? other : one)));
  }
  return best;
}

async function startOnce(role: StartUp['role'], target: Target): Promise<StartUp> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...nodeOptionsOf(role), target.main, role], {
    env: environmentOf(target),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<void>((done) => lines.on('line', (line) => line.includes(`"${role}.ready"`) && done()));
  const ended = once(child, 'exit');
  await Promise.race([ready, ended.then(([code]) => Promise.reject(new Error(`${role} ended with ${code}`)))]);
  const wallMs = performance.now() - startedAt;
  const cpuMs = usageOf(child.pid ?? 0)?.cpuMs ?? null;
  child.kill('SIGTERM');
  await ended;
  return { role, wallMs, cpuMs };
}

function environmentOf({ databaseUrl, redisUrl, dataDir, run }: Target): NodeJS.ProcessEnv {
  const { web, simulator } = run().processes;
  const addresses = {
    databaseUrl,
    redisUrl,
    webUrls: web.map(({ url }) => url),
    simulatorUrl: simulator[0]?.url ?? '',
    journal: join(dataDir, 'simulator.jsonl'),
    mailFolder: join(dataDir, 'mail'),
    dataDir,
  };
  return stackEnvironment(addresses, { PORT: '0', METRICS_ADDRESS: '' });
}
