import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Runs bin/verify with these options on the data of a running stack. Returns whether all invariants hold. */
export async function verify(
  dataDir: string,
  say: (line: string) => void,
  options: readonly string[] = [],
): Promise<boolean> {
  const tool = join(import.meta.dirname, '..', 'verify.ts');
  const child = spawn(process.execPath, [tool, '--data', dataDir, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done));
  for (const line of printed.trim().split('\n')) say(`  ${line}`);
  return code === 0;
}
