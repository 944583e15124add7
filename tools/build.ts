import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './build/bundle.ts';

const ROOT = resolve(import.meta.dirname, '..');
const USAGE = `Usage: bin/build

Bundles src/main.ts and its imports into a few files in dist/, which halves the start-up time of processes: bin/start
uses it. The bundle needs this folder and its node_modules.`;

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
    const main = await bundle(folder);
    await writeFile(join(folder, 'stamp'), execFileSync(join(ROOT, 'bin', 'stamp')));
    console.log(`bin/start web|worker|migrate uses ${relative(ROOT, main)} now`);
    return 0;
  } catch (error) {
    console.error(`bin/build: ${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 1;
  }
}
