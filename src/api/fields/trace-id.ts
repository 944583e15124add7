import { z } from 'zod';

/** SQL: the trace id of a history row as 32 hexadecimal digits. */
export const TRACE_ID = `replace(trace_id::text, '-', '')`;

export const traceIdSchema = z
  .string()
  .nullable()
  .meta({
    description: 'W3C id of the recorded trace that wrote the entry: 32 hexadecimal digits. Null if tracing is off.',
    examples: ['4bf92f3577b34da6a3ce929d0e0e4736'],
  });
