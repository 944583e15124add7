import Mocha from 'mocha';
import { logger } from '../src/infra/observability/log.ts';
import { scaled } from './support/pace.ts';

logger.level = 'error';

// Every limit of a test or a hook is one for a quiet machine: it is scaled where mocha reads it, 0 stays none.
const timeout: (ms?: number) => number = Mocha.Runnable.prototype.timeout;
Object.assign(Mocha.Runnable.prototype, {
  timeout(this: Mocha.Runnable, ms?: number) {
    return ms === undefined ? scaled(timeout.call(this)) : timeout.call(this, ms);
  },
});
