import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { openBrowser } from '../test/browser/chromium.ts';
import { say } from './dev/screen.ts';
import { fillDemo } from './pictures/demo.ts';
import { shootPages } from './pictures/shoot.ts';
import { type Stack, startStack } from './stack/stack.ts';

const FOLDER = resolve(import.meta.dirname, '..', 'docs', 'pictures');
const USAGE = `Usage: bin/pictures

Starts a demonstration shop in a temporary folder, buys and returns a few things, and writes pictures of the operations
pages to docs/pictures: light, dark and on a telephone. Takes about a minute. It needs no other running shop.`;

process.exitCode = await main();

async function main(): Promise<number> {
  if (process.argv.length > 2) {
    console.log(USAGE);
    return process.argv[2] === '--help' ? 0 : 2;
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'vcecom-pictures-'));
  // PostgreSQL runs as a user of its own when we are root, and has to reach its data.
  await chmod(dataDir, 0o755);
  try {
    say('starting a shop');
    const stack = await startStack({ dataDir, port: 3_900 });
    await takePictures(stack).finally(() => stack.stop());
    return 0;
  } catch (error) {
    console.error(`bin/pictures: ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function takePictures(stack: Stack): Promise<void> {
  const db = new Client({ connectionString: stack.databaseUrl });
  await db.connect();
  const demo = await fillDemo(stack, db, say).finally(() => db.end());
  say('taking pictures');
  const browser = await openBrowser();
  try {
    await mkdir(FOLDER, { recursive: true });
    const bytes = await shootPages(browser, { url: stack.url, demo, folder: FOLDER });
    say(`${Math.round(bytes / 1000)} kB in ${FOLDER}`);
  } finally {
    await browser.close();
  }
}
