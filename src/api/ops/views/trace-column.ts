import { html } from '../html.ts';
import type { TableColumn } from './table.ts';

interface Traced {
  traceId: string | null;
}

/** The column with the trace ids of history entries; none if no entry has one, as while tracing is off. */
export const traceColumn = <T extends Traced>(entries: readonly T[]): TableColumn<T>[] =>
  entries.some(({ traceId }) => traceId !== null)
    ? [{ title: 'Trace', cell: ({ traceId }) => (traceId === null ? '–' : html`<code>${traceId}</code>`) }]
    : [];
