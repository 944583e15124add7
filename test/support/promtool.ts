import { spawnSync } from 'node:child_process';
import { type SystemProgram, systemProgram } from '../../tools/embedded/system-package.ts';

const PROMTOOL: SystemProgram = {
  names: ['promtool'],
  debian: { packages: ['prometheus'], binary: 'usr/bin/promtool' },
  brew: ['prometheus'],
  // Installed, it would start a server of its own.
  isService: true,
};

/** Getting it first takes as long as the network wants. */
export const PROMTOOL_START_MS = 300_000;

let found: string | null | undefined;

/** What promtool says of its arguments, and whether it is content. Gets it from the packages of this system. */
export function promtool(...args: string[]): { isContent: boolean; output: string } {
  found ??= systemProgram(PROMTOOL, console.log);
  if (!found) throw new Error('no promtool found: install Prometheus (Debian: sudo apt-get install prometheus)');
  const { status, stdout, stderr } = spawnSync(found, args, { encoding: 'utf8' });
  return { isContent: status === 0, output: stdout + stderr };
}
