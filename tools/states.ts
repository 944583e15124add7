import { resolve } from 'node:path';
import { stalePages, writePages } from './states/pages.ts';

const ROOT = resolve(import.meta.dirname, '..');
const USAGE = `Usage: bin/states [--check]

Generates docs pages from the code: the state machines, the error codes, the reconciliation rules, the pricing
examples and the table in docs/payments.md. With --check it writes nothing and exits with code 1 if a page is out of
date.`;

process.exitCode = main(process.argv.slice(2));

function main(args: string[]): number {
  const [option] = args;
  if (args.length > 1 || (option !== undefined && option !== '--check')) {
    console.log(USAGE);
    return option === '--help' || option === '-h' ? 0 : 2;
  }
  const stale = stalePages(ROOT);
  if (option === '--check') {
    for (const path of stale) console.error(`${path} is out of date: run bin/states`);
    return stale.length === 0 ? 0 : 1;
  }
  writePages(ROOT);
  console.log(stale.length === 0 ? 'nothing has changed' : `written: ${stale.join(', ')}`);
  return 0;
}
