import { ConfigError } from '../infra/config.ts';
import { nameProcess } from '../infra/observability/identity.ts';
import { errorFields, observe } from '../infra/observability/log.ts';

/** Reports why a process did not start; a syntax error with file and line. */
export function reportFailedStart(process: string, error: unknown): void {
  if (error instanceof ConfigError) {
    console.error(error.message);
    return;
  }
  if (error instanceof SyntaxError) console.error(error);
  nameProcess(process);
  observe('process.start.failed', { ...errorFields(error) });
}
