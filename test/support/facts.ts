import { Writable } from 'node:stream';
import winston from 'winston';
import { logger } from '../../src/infra/observability/log.ts';

/** Everything that the code of this process logs from here on, quietly, down to what is logged for debugging. */
export function recordFacts() {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, taken) {
      lines.push(String(chunk));
      taken();
    },
  });
  const recorder = new winston.transports.Stream({ stream });
  const before = { level: logger.level, others: [...logger.transports] };
  for (const transport of before.others) transport.silent = true;
  logger.add(recorder);
  logger.level = 'debug';
  return {
    lines,
    /** What was said of one event. */
    of: (name: string): Record<string, unknown>[] =>
      lines.map((line) => JSON.parse(line)).filter(({ message }) => message === name),
    stop() {
      logger.remove(recorder);
      logger.level = before.level;
      for (const transport of before.others) transport.silent = false;
    },
  };
}
