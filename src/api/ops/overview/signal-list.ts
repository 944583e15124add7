import { type Html, html } from '../html.ts';
import { MOST } from './readings/counts.ts';
import type { Signal, SignalGaps } from './readings/signal.ts';

const WORDS = { fault: 'Fault', todo: 'To do', info: 'Info', well: 'OK' } as const;
const ORDER = ['fault', 'todo', 'info', 'well'] as const;

type Shown = (typeof ORDER)[number];

const shownAs = ({ state, count }: Signal): Shown => (count > 0 ? state : 'well');

/**
 * One line with the faults. It says that the shop is well only to who sees every number; without any number that can be a
 * fault it says nothing.
 */
export function verdict(signals: readonly Signal[], { ofRole, unread }: SignalGaps): Html {
  const shown = (as: Shown) => signals.filter((signal) => shownAs(signal) === as);
  const [faults, decisions] = [shown('fault'), shown('todo')];
  const todo = decisions.length > 0 && `To do: ${titlesOf(decisions)}.`;
  const missing = unread.length > 0 ? ` Cannot be read at the moment: ${unread.join(', ')}.` : '';
  if (faults.length > 0) {
    return html`<p class="verdict fault"><strong>${String(faults.length)} ${faults.length === 1 ? 'fault needs' : 'faults need'} a person.</strong>
    ${titlesOf(faults)}.${missing}</p>`;
  }
  if (!signals.some(({ state }) => state === 'fault'))
    return missing ? html`<p class="verdict part">${missing}</p>` : html``;
  if (ofRole || missing) {
    const seen = ofRole ? 'that your role shows' : 'that can be read';
    return html`<p class="verdict part"><strong>No faults among the numbers ${seen}.</strong>${missing} ${todo}</p>`;
  }
  return html`<p class="verdict well"><strong>The shop is well.</strong> No faults. ${todo || 'Nothing waits for a decision.'}</p>`;
}

const titlesOf = (signals: readonly Signal[]): string => signals.map(({ title }) => title).join(', ');

/** Every number with a link to the list behind it; faults come first. */
export function signalList(signals: readonly Signal[]): Html {
  const sorted = signals.toSorted((one, other) => ORDER.indexOf(shownAs(one)) - ORDER.indexOf(shownAs(other)));
  const items = sorted.map((signal) => {
    const as = shownAs(signal);
    const text = html`<span class="word">${WORDS[as]}</span> <span class="what">${signal.title}</span>
      <span class="count">${countText(signal.count)}</span>`;
    return html`<li class="${as}">${signal.path ? html`<a href="${signal.path}">${text}</a>` : html`<p>${text}</p>`}</li>`;
  });
  return html`<ul class="signals">${items}</ul>`;
}

const countText = (count: number): string => (count > MOST ? `more than ${MOST}` : String(count));
