import { resolve } from 'node:path';
import { stalePages, writePages } from './states/pages.ts';

const ROOT = resolve(import.meta.dirname, '..');
const USAGE = `Usage: bin/states [--check]

Draws the checkout's machine from the code into docs/states.md, lists the error codes in docs/errors.md and the prices worked
out by hand in docs/pricing-examples.md, and brings the table in docs/payments.md up to date. With --check it writes nothing
and ends with exit code 1 when one of them is stale.`;

process.exitCode = main(process.argv.slice(2));

function main(args: string[]): number {
  const [option] = args;
  if (args.length > 1 || (option !== undefined && option !== '--check')) {
    console.log(USAGE);
    return option === '--help' || option === '-h' ? 0 : 2;
  }
  const stale = stalePages(ROOT);
  if (option === '--check') {
    for (const path of stale) console.error(`${path} is not what the code says: run bin/states`);
    return stale.length === 0 ? 0 : 1;
  }
  writePages(ROOT);
  console.log(stale.length === 0 ? 'nothing has changed' : `written: ${stale.join(', ')}`);
  return 0;
}
