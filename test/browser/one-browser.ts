import type { Browser } from 'playwright-core';
import { BROWSER_START_MS, openBrowser } from './chromium.ts';

let shared: Promise<Browser> | undefined;

/** The browser of all test files, started by the first that asks for it. Call it in `before`; every page has a profile of its own. */
export function sharedBrowser(context: Mocha.Context): Promise<Browser> {
  context.timeout(BROWSER_START_MS);
  shared ??= openShared();
  return shared;
}

/** A browser that did not start, or that ended, is not kept: the next file gets a new one. */
async function openShared(): Promise<Browser> {
  const forget = () => {
    shared = undefined;
  };
  try {
    const browser = await openBrowser();
    browser.once('disconnected', forget);
    return browser;
  } catch (error) {
    forget();
    throw error;
  }
}

// Loaded by a test file at its top level, this is a root hook: it runs once, after the last test.
after('close the browser', async () => {
  const browser = await shared?.catch(() => undefined);
  await browser?.close();
});
