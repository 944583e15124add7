import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const PROCFILE = readFileSync(resolve(import.meta.dirname, '..', '..', 'Procfile'), 'utf8');

/** Returns the options of Node.js that a process has in production: the limits of its memory. */
export function nodeOptionsOf(name: string): string[] {
  const [, options = ''] = new RegExp(`^${name}: bin/start ${name} (.+)$`, 'm').exec(PROCFILE) ?? [];
  return options.split(' ').filter((option) => option !== '');
}
