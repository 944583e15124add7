import { hostname } from 'node:os';
import packageFacts from '../../../package.json' with { type: 'json' };

/** What identifies this process in log lines and metrics. Programs other than web, worker and simulator are tools. */
export const identity = { process: 'tool', pid: process.pid, version: packageFacts.version, host: hostname() };

/** Names this process in its log lines and metrics. Call it first. */
export function nameProcess(name: string): void {
  identity.process = name;
}
