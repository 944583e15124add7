import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const SOURCE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/**
 * What axe finds wrong for people with disabilities, one line per rule with the places where it is broken. The page's own
 * policy stays in force. The page must be allowed to run scripts.
 */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(`${SOURCE};0`);
  const results: AxeResults = await page.evaluate(`axe.run({ resultTypes: ['violations'] })`);
  return results.violations.map(({ id, impact, help, nodes }) => {
    const places = nodes.map(({ target }) => target.join(' '));
    return `${id} (${impact}): ${help}: ${places.join(', ')}`;
  });
}
