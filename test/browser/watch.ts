import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

export interface WatchedPage {
  page: Page;
  /** What the page has complained about so far: errors on its console, errors nobody caught, breaches of its policy. */
  complaints(): Promise<string[]>;
  /** Closes the page with its cookies. */
  close(): Promise<void>;
}

/** Breaches that the policy only reports, or that a page keeps from its console, are heard all the same. */
const TELL_BREACHES = `addEventListener('securitypolicyviolation', (event) =>
  console.error('CSP: ' + event.effectiveDirective + ' does not allow ' + event.blockedURI));`;

/** The console names every answer of 400 and above. For a page that was opened it may be what the test wants to see. */
const REFUSED = /^Failed to load resource: the server responded with a status of/;

/** A page in a fresh profile; every document it opens is watched. */
export async function watchedPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const heard: { text: string; url?: string }[] = [];
  const opened = new Set<string>();
  page.on('console', (message) => {
    if (message.type() === 'error') heard.push({ text: message.text(), url: message.location().url });
  });
  page.on('pageerror', (error) => heard.push({ text: `uncaught: ${error.message}` }));
  page.on('response', (response) => {
    if (response.request().isNavigationRequest()) opened.add(response.url());
  });
  await page.addInitScript({ content: TELL_BREACHES });
  return {
    page,
    async complaints() {
      // There and back once more: what the page said before this has arrived then.
      await page.evaluate('0');
      return heard.filter(({ text, url = '' }) => !(REFUSED.test(text) && opened.has(url))).map(complaint);
    },
    close: () => context.close(),
  };
}

function complaint({ text, url }: { text: string; url?: string }): string {
  return REFUSED.test(text) ? `${text}: ${url}` : text;
}
