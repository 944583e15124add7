import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { DEVELOPMENT_PASSWORD, DEVELOPMENT_STAFF } from '../seed/people.ts';
import type { Demo } from './demo.ts';
import { fileOf, LOOKS, type Look, PICTURED } from './pages.ts';

/** Quality of the pictures, in percent: text stays readable. */
const QUALITY = 40;

/** Writes a picture of each page in each look to `folder`. @returns their size in bytes */
export async function shootPages(
  browser: Browser,
  { url, demo, folder }: { url: string; demo: Demo; folder: string },
): Promise<number> {
  let bytes = 0;
  for (const look of LOOKS) {
    const page = await signIn(browser, url, look);
    for (const pictured of PICTURED) {
      await page.goto(url + pictured.path(demo));
      // Bull Board draws itself with a script.
      await page.waitForLoadState('networkidle');
      await page.getByText('Loading...').waitFor({ state: 'hidden' });
      const picture = await shoot(page, pictured.isWhole);
      await writeFile(join(folder, fileOf(pictured, look)), picture);
      bytes += picture.length;
    }
    await page.context().close();
  }
  return bytes;
}

async function signIn(browser: Browser, url: string, { colorScheme, width, height }: Look): Promise<Page> {
  const context = await browser.newContext({ colorScheme, viewport: { width, height } });
  const page = await context.newPage();
  await page.goto(`${url}/ops/sign-in`);
  await page.getByLabel('E-mail address').fill(DEVELOPMENT_STAFF[0].email);
  await page.getByLabel('Password').fill(DEVELOPMENT_PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  return page;
}

/** The visible part of a page, or all of it, as WebP, which the screenshots of the browser library are not. */
async function shoot(page: Page, isWhole = false): Promise<Buffer> {
  const devTools = await page.context().newCDPSession(page);
  const { cssContentSize } = await devTools.send('Page.getLayoutMetrics');
  const whole = { captureBeyondViewport: true, clip: { ...cssContentSize, scale: 1 } };
  const { data } = await devTools.send('Page.captureScreenshot', {
    ...{ format: 'webp', quality: QUALITY },
    ...(isWhole && whole),
  });
  await devTools.detach();
  return Buffer.from(data, 'base64');
}
