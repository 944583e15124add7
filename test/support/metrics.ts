import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a process of a stack answers Prometheus; its log says it. `name` is that of its log: `web`, `worker-2`. */
export async function metricsUrlOf({ logs }: { logs: string }, name: string): Promise<string> {
  const lines = (await readFile(join(logs, `${name}.log`), 'utf8')).split('\n');
  const said = lines.findLast((line) => line.includes('"message":"metrics.ready"')) ?? '{}';
  const { address } = JSON.parse(said) as { address?: { port: number } };
  return `http://127.0.0.1:${address?.port}`;
}

/** What a process of a stack answers Prometheus. */
export const metricsOf = async (stack: { logs: string }, name: string): Promise<string> =>
  (await fetch(`${await metricsUrlOf(stack, name)}/metrics`)).text();
