import { TIME_ZONE } from '../../domain/time-zone.ts';

/** The lengths of a period of analytics. A week begins on Monday. */
export const PERIODS = ['hour', 'day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];

/** SQL for the start of the period of the shop's time zone that contains `instant`, a SQL expression. */
export const localStart = (period: Period, instant: string): string =>
  `date_trunc('${period}', ${instant}, '${TIME_ZONE}')`;

/** SQL for the instant at which a local date or time begins. */
export const instantOf = (local: string): string => `(${local})::timestamp at time zone '${TIME_ZONE}'`;

/** SQL for the local time of an instant, without a time zone. */
export const localTime = (instant: string): string => `(${instant} at time zone '${TIME_ZONE}')`;
