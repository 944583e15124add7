import { callApi } from '../api-call.ts';
import type { OpsDeps, OpsRequest } from '../ops-request.ts';

/** A queue with the number of its jobs by state. */
export interface QueueCounts {
  name: string;
  counts: Readonly<Record<string, number>>;
}

/** Reads the counts of all queues. @throws RequestFault FORBIDDEN without `queues:view`; QUEUE_UNAVAILABLE */
export async function readQueueCounts(deps: OpsDeps, opsRequest: OpsRequest): Promise<QueueCounts[]> {
  const { body } = await callApi(deps, opsRequest, { method: 'get', path: '/queues' });
  return (body as { data: QueueCounts[] }).data;
}
