/** The list of a queue's jobs in Bull Board. */
export const queuePath = (name: string, state?: string): string =>
  `/ops/queues/queue/${name}${state === undefined ? '' : `?status=${state}`}`;

/** The list of failed jobs, of one queue or by queue. */
export const failedPath = (name?: string): string =>
  name === undefined ? '/ops/jobs' : `/ops/jobs/${encodeURIComponent(name)}`;
