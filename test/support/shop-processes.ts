import { join } from 'node:path';
import { reservePort } from '../../tools/embedded/ports.ts';
import { stackEnvironment } from '../../tools/stack/environment.ts';
import { MAIN } from '../../tools/stack/fleet.ts';
import { nodeOptionsOf } from '../../tools/stack/procfile.ts';
import { answersOk, untilReady } from '../../tools/stack/readiness.ts';
import { supervise } from '../../tools/stack/supervisor.ts';
import type { CrashHarness } from '../crash/crash-harness.ts';
import { openShop, type Shop } from './shop.ts';

/** Web and worker processes beside a harness, which are started and stopped on their own. */
export interface ShopProcesses {
  /** A client of each web process. */
  shops: Shop[];
  /** What the processes said of `event` so far, one line each. */
  said(event: string): string[];
  /** How processes ended without being asked to. */
  ends: string[];
  /** SIGTERM to all; resolves when they have ended. */
  stop(): Promise<void>;
}

interface ProcessOptions {
  /** The first part of the names of its logs. */
  name: string;
  /** Where logs and mails go. */
  folder: string;
  /** The file to start them with; default: that of this test run. */
  main?: string;
  webs?: number;
  workers?: number;
}

/** Earlier releases wrote it without the dot. */
const READY = /"worker[. ]ready"/;

/** Starts processes of a shop on the servers of a harness; resolves when they are ready. */
export async function startShopProcesses(
  { databaseUrl, redis, simulator }: Pick<CrashHarness, 'databaseUrl' | 'redis' | 'simulator'>,
  { name, folder, main = process.env.TEST_MAIN || MAIN, webs = 1, workers = 1 }: ProcessOptions,
): Promise<ShopProcesses> {
  const address = async () => `http://127.0.0.1:${await reservePort()}`;
  const webUrls = await Promise.all(Array.from({ length: webs }, address));
  const mailFolder = join(folder, 'mail');
  const servers = { databaseUrl, redisUrl: redis.url, simulatorUrl: simulator };
  const env = stackEnvironment({ ...servers, webUrls, journal: '', mailFolder });
  const [lines, ends]: [string[], string[]] = [[], []];
  const start = (role: 'web' | 'worker', index: number, url?: string) => {
    const [logFile, title] = [join(folder, `${name}-${role}-${index}.log`), `${name} ${role}`];
    const own: string[] = [];
    const onLine = (line: string) => {
      own.push(line);
      lines.push(line);
      if (line.startsWith('ended (')) ends.push(`${title}: ${line}`);
    };
    const at = url && { HOST: '127.0.0.1', PORT: new URL(url).port };
    const args = [...nodeOptionsOf(role), main, role];
    const supervised = supervise({ name: title, args, env: { ...env, ...at }, logFile, onLine, onSpawn() {} });
    const isReady = () => (url ? answersOk(`${url}/readyz`) : own.some((line) => READY.test(line)));
    return { process: supervised, logFile, isReady };
  };
  const started = [
    ...Array.from({ length: workers }, (_, index) => start('worker', index)),
    ...webUrls.map((url, index) => start('web', index, url)),
  ];
  const stop = async () => void (await Promise.all(started.map((one) => one.process.stop())));
  try {
    await Promise.all(started.map((one) => untilReady(one)));
  } catch (error) {
    await stop();
    throw error;
  }
  const said = (event: string) => lines.filter((line) => line.includes(`"${event}"`));
  return { shops: webUrls.map((url) => openShop(url)), said, ends, stop };
}
