import { rm } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './build/bundle.ts';

const ROOT = resolve(import.meta.dirname, '..');
const USAGE = `Usage: bin/build

Puts src/main.ts and what it loads into a few files in dist/, from which processes start in half the time:
node dist/main.mjs web|worker|migrate. It runs where it was made, with the node_modules beside it.`;

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h', default: false } } });
    if (values.help) {
      console.log(USAGE);
      return 0;
    }
    const folder = resolve(ROOT, 'dist');
    await rm(folder, { recursive: true, force: true });
    console.log(`start processes with: node ${relative(ROOT, await bundle(folder))} web|worker|migrate`);
    return 0;
  } catch (error) {
    console.error(`bin/build: ${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 1;
  }
}
