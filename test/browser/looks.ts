import type { BrowserContextOptions } from 'playwright-core';

/** The screens and colour schemes in which the operators' pages are looked at. */
export const LOOKS: readonly [name: string, options: BrowserContextOptions][] = [
  ['on a desktop, light', { colorScheme: 'light', viewport: { width: 1280, height: 900 } }],
  ['on a telephone, dark', { colorScheme: 'dark', viewport: { width: 375, height: 700 } }],
];
