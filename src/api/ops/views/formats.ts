import { TIME_ZONE } from '../../../domain/time-zone.ts';
import { type Html, html } from '../html.ts';

const clock = new Intl.DateTimeFormat('en-IN', { dateStyle: 'medium', timeStyle: 'short', timeZone: TIME_ZONE });
const amounts = new Map<string, Intl.NumberFormat>();

/** An amount in minor units (paise) as text, such as `₹1,050.00`. */
export function money(amount: number, currency: string): string {
  const format = amounts.get(currency) ?? new Intl.NumberFormat('en-IN', { style: 'currency', currency });
  amounts.set(currency, format);
  return format.format(amount / 100);
}

/** An instant in the time zone of the shop; a dash for none. Rows have dates, which only JSON turns into texts. */
export function time(instant: string | Date | null): Html | string {
  if (instant === null) return '–';
  const date = new Date(instant);
  return html`<time datetime="${date.toISOString()}">${clock.format(date)}</time>`;
}

/** A state or another code of the API. */
export const code = (text: string): Html => html`<span class="state">${text}</span>`;

/** A text, or a dash for none. */
export const orDash = (text: string | null | undefined): string => text || '–';
