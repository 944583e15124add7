import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** A command that runs to its end. */
export interface Command {
  name: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  logFile: string;
  onLine?(line: string): void;
  signal?: AbortSignal;
}

const ERROR_LINES = 20;

/** Runs node with the arguments. Returns the lines of stdout; throws an error with the last lines if it fails. */
export async function runCommand(command: Command): Promise<string[]> {
  const log = createWriteStream(command.logFile, { flags: 'a' });
  const child = spawn(process.execPath, command.args, { env: command.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed: string[] = [];
  const all: string[] = [];
  const take = (kept: string[][]) => (line: string) => {
    for (const lines of kept) lines.push(line);
    command.onLine?.(line);
  };
  createInterface({ input: child.stdout }).on('line', take([printed, all]));
  createInterface({ input: child.stderr }).on('line', take([all]));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const stop = () => void child.kill('SIGTERM');
  command.signal?.addEventListener('abort', stop);
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done));
  command.signal?.removeEventListener('abort', stop);
  log.end();
  command.signal?.throwIfAborted();
  if (code === 0) return printed;
  throw new Error(`${command.name} failed (exit code ${code}):\n${all.slice(-ERROR_LINES).join('\n')}`);
}
