import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT_BOOK } from './checkout-words.ts';
import { errorsPage } from './errors-page.ts';
import { examplesPage } from './examples-page.ts';
import { machinePage } from './machine-page.ts';
import { ORDER_BOOK } from './order-words.ts';
import { paymentTable } from './payment-table.ts';
import { reconciliationPage } from './reconciliation-page.ts';

interface Page {
  path: string;
  /** The whole page as it should be, made from what it is now. */
  render(current: string): string;
}

const PAGES: readonly Page[] = [
  { path: 'docs/states.md', render: () => machinePage(CHECKOUT_BOOK) },
  { path: 'docs/order-states.md', render: () => machinePage(ORDER_BOOK) },
  { path: 'docs/reconciliation.md', render: reconciliationPage },
  { path: 'docs/errors.md', render: errorsPage },
  { path: 'docs/pricing-examples.md', render: examplesPage },
  { path: 'docs/payments.md', render: (current) => replaceGenerated(current, paymentTable()) },
];

/** The pages below `root` that are not what the code says, a missing one included. */
export function stalePages(root: string): string[] {
  return PAGES.filter(({ path, render }) => {
    const current = read(root, path);
    return current !== render(current);
  }).map(({ path }) => path);
}

/** Brings every page below `root` up to date. */
export function writePages(root: string): void {
  for (const { path, render } of PAGES) writeFileSync(join(root, path), render(read(root, path)));
}

const BEGIN = '<!-- drawn by bin/states -->';
const END = '<!-- end of what bin/states draws -->';

/** @throws Error when the page has no place for it. */
function replaceGenerated(current: string, generated: string): string {
  const [from, to] = [current.indexOf(BEGIN), current.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs/payments.md needs the lines ${BEGIN} and ${END}`);
  return `${current.slice(0, from + BEGIN.length)}\n${generated}\n${current.slice(to)}`;
}

const read = (root: string, path: string): string =>
  existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
