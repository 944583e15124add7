import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { guardServers } from './dev/guard.ts';
import { type DevOptions, readOptions, USAGE } from './dev/options.ts';
import { buyOnce } from './dev/purchase.ts';
import { say, show, showTrail, showUrls } from './dev/screen.ts';
import { watchFolders } from './dev/watch.ts';
import { type Stack, type StackOptions, startStack } from './stack/stack.ts';

const ROOT = resolve(import.meta.dirname, '..');

process.stdout.on('error', () => {}); // after `bin/dev | head` the started processes must still be stopped
const interrupted = new AbortController();
const asked = new Promise<void>((done) => interrupted.signal.addEventListener('abort', () => done()));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interrupted.signal.aborted) say('still stopping (each process has 10 s)');
    interrupted.abort();
  });
}

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    if (existsSync(join(ROOT, '.env'))) process.loadEnvFile(join(ROOT, '.env'));
    const options = readOptions(process.argv.slice(2), ROOT);
    if (options !== 'help') return await run(options);
    console.log(USAGE);
    return 0;
  } catch (error) {
    if (interrupted.signal.aborted) return 130;
    const message = error instanceof Error ? error.message : String(error);
    console.error(`\nbin/dev: ${message}`);
    if (String(error).includes('ERR_PARSE_ARGS') || /^--/.test(message)) console.error(`\n${USAGE}`);
    return 1;
  }
}

async function run(options: DevOptions): Promise<number> {
  say(`starting in ${options.dataDir}`);
  const stack = await startStack(stackOptions(options));
  const endings: (() => void | Promise<void>)[] = [];
  try {
    say(`ready at ${stack.url}`);
    if (!options.once) endings.push(guardServers(stack, say));
    if (options.watch) endings.push(watchFolders([join(ROOT, 'src')], (file) => reload(stack, file)));
    const completed = await purchase(stack);
    if (options.once) return completed ? 0 : 1;
    showUrls(stack, options.dataDir);
    console.log(`\n  ${options.watch ? 'Restarts when src/ changes. ' : ''}Ctrl-C stops everything.\n`);
    await asked;
    return 0;
  } finally {
    for (const end of endings) await end();
    await stack.stop();
  }
}

function stackOptions({ dataDir, port, host, products, inspect }: DevOptions): StackOptions {
  const { DATABASE_URL, REDIS_URL } = process.env;
  return {
    dataDir,
    port,
    host,
    products,
    inspect,
    log: show,
    signal: interrupted.signal,
    ...(DATABASE_URL && { databaseUrl: DATABASE_URL }),
    ...(REDIS_URL && { redisUrl: REDIS_URL }),
  };
}

/** Buys once. Returns whether the purchase completed; Ctrl-C ends the wait. */
async function purchase(stack: Stack): Promise<boolean> {
  say('buying two items over HTTP');
  try {
    const trail = await Promise.race([buyOnce(stack.url, stack.sample), asked]);
    if (!trail) return false;
    showTrail(trail);
    return trail.state === 'COMPLETED';
  } catch (error) {
    say(`the purchase failed: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

async function reload(stack: Stack, file: string): Promise<void> {
  say(`${file} changed: restarting`);
  try {
    await stack.reload();
    say('ready again');
  } catch (error) {
    // Keeps watching: the next change may fix the error.
    say(error instanceof Error ? error.message : String(error));
  }
}
