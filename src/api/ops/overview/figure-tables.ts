import { type Html, html } from '../html.ts';
import { money } from '../views/formats.ts';
import { table } from '../views/table.ts';
import { type DayFigures, FIGURES, type Figure, totalOf } from './readings/day-comparison.ts';
import { STEP_MINUTES } from './readings/queues.ts';

const weekday = new Intl.DateTimeFormat('en-IN', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });

/** The name of a day, such as `Mon, 23 Nov`. */
const dayName = (day: string): string => weekday.format(new Date(`${day}T00:00:00Z`));

const clockOf = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** The value as text; a dash for none. */
function valueText({ unit }: Figure, value: number | null, currency: string): string {
  if (value === null) return '–';
  if (unit === 'paise') return money(value, currency);
  return unit === 'percent' ? `${value.toFixed(1)} %` : String(value);
}

/** How much a figure changed, in percent of the earlier value. */
export function changeText(now: number | null, before: number | null): string {
  if (now === null || before === null || before === 0) return '–';
  const percent = Math.round(((now - before) / before) * 100);
  return `${percent > 0 ? '+' : ''}${percent} %`;
}

/** Today so far, and the hours that have ended against the same hours a week ago. `pathOf`: the list behind a figure. */
export function figureTable(
  { today, before, completeHours, hours, hoursBefore }: DayFigures,
  { currency, pathOf }: { currency: string; pathOf(figure: Figure, day: string): string | undefined },
): Html {
  const sums = {
    today: totalOf(hours),
    until: totalOf(hours.slice(0, completeHours)),
    before: totalOf(hoursBefore.slice(0, completeHours)),
  };
  const cell = (figure: Figure, { of, day }: { of: keyof typeof sums; day?: string }) => {
    const text = valueText(figure, figure.of(sums[of]), currency);
    const path = day && pathOf(figure, day);
    return path ? html`<a href="${path}">${text}</a>` : text;
  };
  const until = `until ${clockOf(completeHours)}`;
  const isNumber = true as const;
  return table(
    'Today',
    [
      { title: 'Figure', cell: ({ title }: Figure) => title },
      {
        title: 'Today',
        isNumber,
        cell: (figure) => html`<strong>${cell(figure, { of: 'today', day: today })}</strong>`,
      },
      { title: `Today ${until}`, isNumber, cell: (figure) => cell(figure, { of: 'until' }) },
      { title: `${dayName(before)} ${until}`, isNumber, cell: (figure) => cell(figure, { of: 'before', day: before }) },
      { title: 'Change', isNumber, cell: (figure) => changeText(figure.of(sums.until), figure.of(sums.before)) },
    ],
    FIGURES,
  );
}

/** A figure hour by hour, today and a week ago: the data of its chart, and its text. */
export function hourTable(figure: Figure, { before, hours, hoursBefore }: DayFigures, currency: string): Html {
  const rows = hoursBefore.map((sums, hour) => {
    const now = hours[hour];
    return { label: clockOf(hour), values: [now ? figure.of(now) : null, figure.of(sums)] };
  });
  const text = (value: number | null) => valueText(figure, value, currency);
  return chartTable({ head: ['Hour', 'Today', dayName(before)], rows, text });
}

/** Completed jobs of all queues in the last hour, in steps. */
export function throughputTable(steps: readonly number[]): Html {
  const rows = steps.map((completed, step) => {
    const minutes = (steps.length - step) * STEP_MINUTES;
    return { label: `−${minutes} min`, values: [completed] };
  });
  return chartTable({ head: ['From', 'Jobs'], rows, text: String });
}

interface ChartData {
  head: string[];
  rows: { label: string; values: (number | null)[] }[];
  text(value: number | null): string;
}

/** The script of the page reads the data of the chart from this table. */
function chartTable({ head, rows, text }: ChartData): Html {
  const cells = rows.map(({ label, values }) => {
    const ofRow = values.map(
      (value) => html`<td class="number" data-value="${value === null ? '' : String(value)}">${text(value)}</td>`,
    );
    return html`<tr><th scope="row">${label}</th>${ofRow}</tr>`;
  });
  return html`<table><thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${cells}</tbody></table>`;
}
