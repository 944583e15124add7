import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT_BOOK } from './checkout-words.ts';
import { errorsPage } from './errors-page.ts';
import { examplesPage } from './examples-page.ts';
import { invariantsTable } from './invariants-table.ts';
import { machinePage } from './machine-page.ts';
import { ORDER_BOOK } from './order-words.ts';
import { paymentTable } from './payment-table.ts';
import { reconciliationPage } from './reconciliation-page.ts';

interface DocsPage {
  path: string;
  /** Returns the whole page, based on its current text. */
  render(current: string): string;
}

const PAGES: readonly DocsPage[] = [
  { path: 'docs/states.md', render: () => machinePage(CHECKOUT_BOOK) },
  { path: 'docs/order-states.md', render: () => machinePage(ORDER_BOOK) },
  { path: 'docs/reconciliation.md', render: reconciliationPage },
  { path: 'docs/errors.md', render: errorsPage },
  { path: 'docs/pricing-examples.md', render: examplesPage },
  { path: 'docs/payments.md', render: (current) => replaceGenerated(current, paymentTable()) },
  { path: 'docs/verify.md', render: (current) => replaceGenerated(current, invariantsTable()) },
];

/** Returns the pages below `root` that are missing or out of date. */
export function stalePages(root: string): string[] {
  return PAGES.filter(({ path, render }) => {
    const current = read(root, path);
    return current !== render(current);
  }).map(({ path }) => path);
}

/** Writes every page below `root`. */
export function writePages(root: string): void {
  for (const { path, render } of PAGES) writeFileSync(join(root, path), render(read(root, path)));
}

const BEGIN = '<!-- drawn by bin/states -->';
const END = '<!-- end of what bin/states draws -->';

/** @throws Error when the page does not contain the markers. */
function replaceGenerated(current: string, generated: string): string {
  const [from, to] = [current.indexOf(BEGIN), current.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the page needs the lines ${BEGIN} and ${END}`);
  return `${current.slice(0, from + BEGIN.length)}\n${generated}\n${current.slice(to)}`;
}

const read = (root: string, path: string): string =>
  existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
