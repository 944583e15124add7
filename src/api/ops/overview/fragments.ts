import { type Html, html } from '../html.ts';
import { time } from '../views/formats.ts';
import { figureTable, hourTable, throughputTable } from './figure-tables.ts';
import { queueTable } from './queue-table.ts';
import { type DayFigures, FIGURES, type Figure } from './readings/day-comparison.ts';
import type { Part } from './readings/part.ts';
import type { QueueReading } from './readings/queues.ts';
import { sum } from './readings/queues.ts';
import type { OverviewReading } from './readings/readings.ts';
import { signalList, verdict } from './signal-list.ts';

/** The changing parts of the page by the id of their element. */
export type Fragments = Readonly<Record<string, Html>>;

/** What the rendering needs to know of the shop and of the reader. */
export interface Reader {
  currency: string;
  maySeeOrders: boolean;
}

/** Renders the parts of the page that change while it is open. */
export function fragmentsOf({ at, signals, gaps, figures, queues }: OverviewReading, reader: Reader): Fragments {
  const { currency, maySeeOrders } = reader;
  const pathOf = ({ name }: Figure, day: string) =>
    maySeeOrders ? `/ops/${name === 'completion' ? 'checkouts' : 'orders'}?from=${day}&to=${day}` : undefined;
  return {
    'overview-verdict': verdict(signals, gaps),
    'overview-time': html`As of ${time(at)}.`,
    'overview-signals': signalList(signals),
    'overview-today': show(figures, (day) => figureTable(day, { currency, pathOf })),
    ...('value' in figures && hourTables(figures.value, currency)),
    'overview-queues': show(queues, queueTable),
    ...('value' in queues && { 'overview-chart-throughput': throughputTable(totalSteps(queues.value)) }),
  };
}

const show = <T>(part: Part<T>, render: (value: T) => Html): Html =>
  'value' in part ? render(part.value) : html`<p>${part.missing}</p>`;

const hourTables = (day: DayFigures, currency: string): Fragments =>
  Object.fromEntries(FIGURES.map((figure) => [`overview-chart-${figure.name}`, hourTable(figure, day, currency)]));

/** The completed jobs of all queues per step. */
function totalSteps(queues: readonly QueueReading[]): number[] {
  const steps = queues[0]?.completed ?? [];
  return steps.map((_, step) => sum(queues.map(({ completed }) => completed[step] ?? 0)));
}
