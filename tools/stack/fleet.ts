import { join, resolve } from 'node:path';
import type { Addresses } from './environment.ts';
import { nodeOptionsOf } from './procfile.ts';
import { type Awaited, answersOk, untilReady } from './readiness.ts';
import { type Supervised, supervise } from './supervisor.ts';

export const MAIN = resolve(import.meta.dirname, '..', '..', 'src', 'main.ts');

export type Role = 'web' | 'worker' | 'simulator';

/** Ports for debuggers. */
export type Inspectors = Record<'web' | 'worker', number>;

/** Our own processes of one stack. */
export interface Fleet {
  of(role: Role): Supervised[];
  /** Resolves when every process is ready. */
  ready(signal?: AbortSignal): Promise<void>;
  /** Restarts all processes gracefully with new code; resolves when they are ready. */
  reload(): Promise<void>;
  /** Stops web, then worker, then simulator. */
  stop(): Promise<void>;
}

export interface FleetOptions {
  /** The file to start processes with: src/main.ts or its bundle. */
  main: string;
  logsDir: string;
  env: NodeJS.ProcessEnv;
  addresses: Addresses;
  /** The address that web processes listen on; default 127.0.0.1. */
  host?: string | undefined;
  workers: number;
  /** Debugger ports of the first web and the first worker. */
  inspectors?: Inspectors;
  log: (line: string) => void;
  onSpawn: (role: Role, pid: number) => void;
}

interface Member extends Awaited {
  role: Role;
}

const LOOPBACK = '127.0.0.1';
const STOP_ORDER: Role[] = ['web', 'worker', 'simulator'];

/** Starts simulator, web and worker processes and keeps them running. */
export function startFleet(options: FleetOptions): Fleet {
  const { addresses } = options;
  const members = [
    startMember(options, { role: 'simulator', name: 'simulator', url: addresses.simulatorUrl, probe: '/_faults' }),
    ...addresses.webUrls.map((url, i) =>
      startMember(options, { role: 'web', name: numbered('web', i), url, probe: '/readyz' }),
    ),
    ...Array.from({ length: options.workers }, (_, i) =>
      startMember(options, { role: 'worker', name: numbered('worker', i) }),
    ),
  ];
  const of = (role: Role) => members.filter((member) => member.role === role).map((member) => member.process);
  const ready = async (signal?: AbortSignal) => {
    await Promise.all(members.map((member) => untilReady(member, signal)));
  };
  return {
    of,
    ready,
    reload: async () => {
      await Promise.all(members.map((member) => member.process.reload()));
      await ready();
    },
    stop: async () => {
      for (const role of STOP_ORDER) await Promise.all(of(role).map((supervised) => supervised.stop()));
    },
  };
}

function numbered(role: Role, index: number): string {
  return index === 0 ? role : `${role}-${index + 1}`;
}

/** Starts a process. A server is ready when its probe answers 200, a worker when its log contains `worker.ready`. */
function startMember(options: FleetOptions, what: { role: Role; name: string; url?: string; probe?: string }): Member {
  const { role, name, url } = what;
  const logFile = join(options.logsDir, `${name}.log`);
  let announced = false;
  const supervised = supervise({
    name,
    args: [...inspectorOf(options, what), ...nodeOptionsOf(role), options.main, role],
    env: environmentOf(options, what),
    logFile,
    onLine: (line) => {
      announced ||= line.includes('worker.ready');
      options.log(`${name} | ${line}`);
    },
    onSpawn: (pid) => {
      announced = false;
      options.onSpawn(role, pid);
    },
  });
  return {
    role,
    process: supervised,
    logFile,
    isReady: url ? () => answersOk(`${url}${what.probe}`) : () => announced,
  };
}

/** Only web processes listen where others may call them: the simulator trusts every caller. */
const environmentOf = (
  { env, host = LOOPBACK }: FleetOptions,
  { role, url }: { role: Role; url?: string },
): NodeJS.ProcessEnv => (url ? { ...env, HOST: role === 'web' ? host : LOOPBACK, PORT: new URL(url).port } : env);

const inspectorOf = ({ inspectors }: FleetOptions, { role, name }: { role: Role; name: string }): string[] =>
  inspectors && name === role && role !== 'simulator' ? [`--inspect=127.0.0.1:${inspectors[role]}`] : [];
