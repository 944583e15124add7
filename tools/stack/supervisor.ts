import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A command that is restarted whenever it ends. */
export interface Program {
  name: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  logFile: string;
  /** Called with every line it prints. */
  onLine(line: string): void;
  /** Called when a new process runs, with its pid. */
  onSpawn(pid: number): void;
}

export interface Supervised {
  name: string;
  /** The pid of the current process, or of the last one until the next has started. */
  pid(): number;
  /** Number of consecutive ends within three seconds of the start. */
  failures(): number;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, SIGKILL after `graceMs`, then a new process at once. */
  reload(graceMs?: number): Promise<void>;
  /** SIGTERM, SIGKILL after `graceMs`; it is not started again. */
  stop(graceMs?: number): Promise<void>;
}

const RESPAWN_MS = 200;
const SLOWEST_RESPAWN_MS = 1_600;
const SOON_MS = 3_000;
const GRACE_MS = 10_000;

/**
 * Starts node with the given arguments in its own process group (Ctrl-C in the terminal does not reach it, so that we
 * can stop in order). Restarts it within two seconds after every unrequested end, whatever its exit code.
 */
export function supervise(program: Program): Supervised {
  const log = createWriteStream(program.logFile, { flags: 'a' });
  let wanted = true;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let child = start();

  function start(): ChildProcess {
    const next = launch(program, log);
    const startedAt = Date.now();
    next.once('exit', (code, signal) => {
      failures = signal === null && Date.now() - startedAt < SOON_MS ? failures + 1 : 0;
      if (!wanted || child !== next) return;
      program.onLine(`ended (${signal ?? `exit code ${code}`}): starting it again`);
      timer = setTimeout(respawn, Math.min(RESPAWN_MS * 2 ** Math.max(0, failures - 2), SLOWEST_RESPAWN_MS));
    });
    return next;
  }
  function respawn(): void {
    clearTimeout(timer);
    child = start();
  }
  async function end(graceMs: number): Promise<void> {
    clearTimeout(timer);
    wanted = false;
    await endChild(child, graceMs);
  }
  return {
    name: program.name,
    pid: () => child.pid ?? 0,
    failures: () => failures,
    kill: (signal) => void child.kill(signal),
    reload: async (graceMs = GRACE_MS) => {
      await end(graceMs);
      wanted = true;
      failures = 0;
      respawn();
    },
    stop: async (graceMs = GRACE_MS) => {
      await end(graceMs);
      log.end();
    },
  };
}

function launch(program: Program, log: WriteStream): ChildProcess {
  const child = spawn(process.execPath, program.args, {
    env: program.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    stream.pipe(log, { end: false });
    createInterface({ input: stream }).on('line', program.onLine);
  }
  child.once('error', (error) => program.onLine(`cannot be started: ${error.message}`));
  if (child.pid !== undefined) program.onSpawn(child.pid);
  return child;
}

async function endChild(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const late = new AbortController();
  const killing = sleep(graceMs, undefined, { signal: late.signal }).then(
    () => child.kill('SIGKILL'),
    () => false,
  );
  await gone;
  late.abort();
  await killing;
}
