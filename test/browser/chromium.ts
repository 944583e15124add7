import { type Browser, chromium } from 'playwright-core';
import { type SystemProgram, systemProgram } from '../../tools/embedded/system-package.ts';

const CHROMIUM: SystemProgram = {
  names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  places: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  debian: { packages: ['chromium', 'chromium-common'], binary: 'usr/lib/chromium/chromium' },
  // Not its Chromium, which is not signed: macOS would not start it unasked.
  brew: ['--cask', 'google-chrome'],
};

/** Getting a browser first takes as long as the network wants. */
export const BROWSER_START_MS = 300_000;

/**
 * Starts Chromium or Chrome without a window; gets one from the packages of this system when there is none.
 * @throws Error with what to install when there is no way.
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath = systemProgram(CHROMIUM, console.log);
  if (!executablePath) {
    throw new Error(
      'no Chromium or Chrome found: install one (Debian: sudo apt-get install chromium; Ubuntu: Google Chrome, or ' +
        'sudo snap install chromium; macOS: brew install --cask google-chrome)',
    );
  }
  const start = (chromiumSandbox: boolean) => chromium.launch({ executablePath, chromiumSandbox });
  // Chromium has no sandbox for root, and some containers allow nobody one: the pages it is shown here are our own.
  if (process.getuid?.() === 0) return start(false);
  return start(true).catch((error: Error) => {
    if (!error.message.includes('sandboxing failed')) throw error;
    return start(false);
  });
}
