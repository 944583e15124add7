import { lookAtFunctions, lookAtStatements } from './bench/look.ts';
import { warmUp } from './bench/levels.ts';
import { type BenchOptions, readOptions, USAGE } from './bench/options.ts';
import { INSPECTABLE, inspectorIn } from './bench/profiler.ts';
import { openSite } from './bench/site.ts';
import { ownStack, runningStack } from './bench/target.ts';
import { signal } from '../src/infra/embedded/processes.ts';
import { setTimeout as sleep } from 'node:timers/promises';

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') { console.log(USAGE); return 0; }
  const lines: string[] = [];
  const log = (line: string) => { if (line.includes('Debugger')) lines.push(line); if (!line.includes(' | ')) console.log(line); };
  const target = options.dataDir ? runningStack(options.dataDir) : await ownStack(options.profile ? INSPECTABLE : {}, log);
  const m = await openSite(target, options, options.orders * 4 + options.warmup);
  try {
    await warmUp(m.site, { orders: options.warmup, concurrency: 8 });
    await warmUp(m.site, { orders: options.warmup, concurrency: 32 });
    if (options.statements) await lookAtStatements(m, options, console.log);
    for (const role of ['web','worker'] as const) {
    if (!options.profile) break;
      signal(target.run().processes[role][0]!.pid, 'SIGUSR1');
      await sleep(1000);
      const address = lines.map((line) => inspectorIn(line, role)).find(Boolean)!;
      await lookAtFunctions(m.site, options, { say: console.log, inspector: { role, address } });
    }
    return 0;
  } finally { await m.close(); await target.stop(); }
}
