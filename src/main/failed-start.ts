import { ConfigError } from '../infra/config.ts';
import { errorFields, observe } from '../infra/observability/log.ts';

/** Says why a process could not be started; of code that cannot be read, with file and line. */
export function tellOfFailedStart(process: string, error: unknown): void {
  if (error instanceof ConfigError) {
    console.error(error.message);
    return;
  }
  if (error instanceof SyntaxError) console.error(error);
  observe('process.start.failed', { process, ...errorFields(error) });
}
