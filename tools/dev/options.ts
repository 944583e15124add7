import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface DevOptions {
  port: number;
  /** The address that the web process listens on. */
  host: string;
  dataDir: string;
  once: boolean;
  watch: boolean;
  products: number;
  inspect: boolean;
}

export const USAGE = `Usage: bin/dev [--port P] [--host HOST] [--data DIR] [--once] [--no-watch] [--seed N] [--inspect]

  --port P     preferred port of the shop (default: PORT or 3000); if it is in use, another free port
  --host HOST  address that the shop listens on (default: 127.0.0.1); 0.0.0.0 serves the whole network, where
               everybody knows the development passwords
  --data DIR   folder for database, queue and logs (default .data)
  --once       exit after the first purchase, with exit code 0 if it completed
  --no-watch   do not restart the processes when src/ changes
  --seed N     number of products of the demonstration shop (default 320)
  --inspect    open debugger ports of web and worker; they are printed (9229 and 9230 if free)

DATABASE_URL and REDIS_URL replace the embedded servers.`;

/**
 * Reads the command line. Throws an error that names the first wrong option. Paths are relative to the user's folder.
 */
export function readOptions(argv: string[], root: string): DevOptions | 'help' {
  const { values } = parseArgs({
    args: argv,
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      data: { type: 'string' },
      once: { type: 'boolean', default: false },
      'no-watch': { type: 'boolean', default: false },
      seed: { type: 'string', default: '320' },
      inspect: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    port: wholeNumber('--port', values.port ?? process.env.PORT ?? '3000', { min: 1, max: 65_535 }),
    host: hostOf(values.host ?? '127.0.0.1'),
    dataDir: values.data ? resolve(process.env.INIT_CWD ?? '.', values.data) : resolve(root, '.data'),
    once: values.once,
    watch: !values['no-watch'] && !values.once,
    inspect: values.inspect,
    products: wholeNumber('--seed', values.seed, { min: 3, max: 1_000_000 }),
  };
}

function hostOf(text: string): string {
  if (/^[\w.:-]+$/.test(text)) return text;
  throw new Error(`--host must be an IP address or the name of this machine, not "${text}"`);
}

function wholeNumber(option: string, text: string, { min, max }: { min: number; max: number }): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`${option} must be a whole number from ${min} to ${max}, not "${text}"`);
}
