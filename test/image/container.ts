import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A process in what stands for a container of the image. */
export interface Contained {
  pid: number;
  /** What it printed so far. */
  output(): string;
  /** Resolves with its exit code. */
  ended: Promise<number | null>;
  child: ChildProcess;
}

export interface Container {
  /** The folder that stands for /app. */
  app: string;
  /** The environment, complete. */
  env: NodeJS.ProcessEnv;
}

/** The user `nobody`, if we may choose; another ordinary user runs the processes itself. */
export const user: { uid?: number; gid?: number } = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Starts a command of the image as an unprivileged user, in the working directory of the image. */
export function start({ app, env }: Container, command: string, ...args: string[]): Contained {
  const child = spawn(join(app, command), args, { cwd: app, env, ...user, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { pid: child.pid ?? 0, output: () => output, ended, child };
}

/** Runs a command of the image to its end. */
export async function run(container: Container, command: string, ...args: string[]) {
  const { output, ended } = start(container, command, ...args);
  const code = await ended;
  return { code, output: output() };
}
