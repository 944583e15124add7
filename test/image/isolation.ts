import { spawnSync } from 'node:child_process';

/** A network of its own with nothing but loopback. Only root, or a user in its own namespace, may switch that on. */
const ROOT = ['unshare', '--net'];
const OTHERS = ['unshare', '--user', '--map-current-user', '--keep-caps', '--net'];
const LOOPBACK = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

/** What to put in front of a command so that it runs without a network; empty where the system does not allow that. */
export function withoutNetwork(): string[] {
  const prefix = [...(process.getuid?.() === 0 ? ROOT : OTHERS), ...LOOPBACK];
  return spawnSync(prefix[0] ?? '', [...prefix.slice(1), 'true']).status === 0 ? prefix : [];
}
