import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';

let file: string | undefined;
let role = '';

/**
 * Arms the failpoints of this process: the file contains `process:name` or `process:name*times`. Only crash tests use
 * it; without a file a failpoint costs nothing.
 */
export function armFailpoints(process: string, path: string | undefined): void {
  role = process;
  file = path;
}

/**
 * A named point at which a crash test kills the process. The file is used up before the kill, so that the restarted
 * process passes the same point; `name*2` kills at the first two passages.
 */
export function failpoint(name: string): void {
  if (file === undefined) return;
  const [armed, times] = readArmed(file);
  if (armed !== `${role}:${name}`) return;
  if (times > 1) writeFileSync(file, `${armed}*${times - 1}`);
  else unlinkSync(file);
  process.kill(process.pid, 'SIGKILL');
  // SIGKILL is delivered asynchronously: nothing after this line may run in the meantime.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function readArmed(path: string): [name: string, times: number] {
  try {
    const [name = '', times = '1'] = readFileSync(path, 'utf8').trim().split('*');
    return [name, Number(times)];
  } catch {
    return ['', 0];
  }
}
