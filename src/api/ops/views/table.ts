import { type Html, html } from '../html.ts';

export interface TableColumn<T> {
  title: string;
  isNumber?: true;
  cell(row: T): string | Html;
}

/** A table that scrolls sideways on narrow screens; `label` names it for screen readers. */
export function table<T>(label: string, columns: readonly TableColumn<T>[], rows: readonly T[]): Html {
  const head = columns.map(({ title, isNumber }) => html`<th scope="col"${isNumber && NUMBER}>${title}</th>`);
  const body = rows.map((row) => {
    const cells = columns.map(({ cell, isNumber }) => html`<td${isNumber && NUMBER}>${cell(row)}</td>`);
    return html`<tr>${cells}</tr>`;
  });
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${head}</tr></thead>
<tbody>${body}</tbody>
</table></div>`;
}

const NUMBER: Html = { markup: ' class="number"' };
