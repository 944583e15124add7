import { type Html, html } from '../html.ts';

export type Fact = [term: string, fact: string | Html];

/** Facts as a list of terms. */
export const factList = (facts: readonly Fact[]): Html =>
  html`<dl>${facts.map(([term, fact]) => html`<div><dt>${term}</dt><dd>${fact}</dd></div>`)}</dl>`;
