import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a process of a stack answers Prometheus; its log says where. `name` is that of its log: `web`, `worker-2`. */
export async function metricsOf({ logs }: { logs: string }, name: string): Promise<string> {
  const lines = (await readFile(join(logs, `${name}.log`), 'utf8')).split('\n');
  const said = lines.findLast((line) => line.includes('"message":"metrics ready"')) ?? '{}';
  const { address } = JSON.parse(said) as { address?: { port: number } };
  const response = await fetch(`http://127.0.0.1:${address?.port}/metrics`);
  return response.text();
}
