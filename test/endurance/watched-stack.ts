import { DEVELOPMENT } from '../../tools/stack/environment.ts';
import { type Stack, startStack } from '../../tools/stack/stack.ts';
import { openShop, type Shop } from '../support/shop.ts';

/** What was seen of a stack while it was attacked. */
export interface Watched {
  /** Answers that no fault excuses. */
  wrongAnswers: string[];
  /** What its processes wrote about answers of 500, with the stack of each. */
  failures: string[];
  /** How its processes ended, e.g. `web: SIGKILL`. */
  ends: string[];
  /** What its processes said about their starts and ends, with the time of day; the last of it explains a failure. */
  lives: string[];
  /** What processes said that came to a standstill or did not know what to do. */
  stuck: string[];
}

const LIFE = /\.ready"|"process\.|Error: |\.stuck"/;
/** What every job and request says while a server is away: it would push the rest out of what a failure shows. */
const WAITS = /"(\w+\.unavailable|command\.retried|cache\.cold|sweeper\.failed)"/;

/** A stack with servers of its own, since these are what fails. */
export function startWatchedStack(dataDir: string, watched: Watched): Promise<Stack> {
  const { STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET } = DEVELOPMENT;
  return startStack({
    dataDir,
    webs: 2,
    workers: 2,
    products: 60,
    main: process.env.TEST_MAIN,
    postgres: { settings: { fsync: 'off', max_connections: '120' } },
    env: { STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET },
    log(line) {
      const [, name, how] = /^(\S+) \| ended \((.+?)\)/.exec(line) ?? [];
      if (line.includes('"http.failed"')) watched.failures.push(line);
      if (how !== undefined) watched.ends.push(`${name}: ${how}`);
      if (how !== undefined || (LIFE.test(line) && !WAITS.test(line)))
        watched.lives.push(`${new Date().toISOString()} ${line}`);
      if (line.includes('"process.event_loop.stuck"') || line.includes('"web.stuck"')) watched.stuck.push(line);
    },
  });
}

/** A client that notes every answer of the kind 500. */
export function watchedShop(url: string, { wrongAnswers }: Watched): Shop {
  const shop = openShop(url);
  return {
    ...shop,
    async ask<T>(...[method, path, request]: Parameters<Shop['ask']>) {
      const answer = await shop.ask<T>(method, path, request);
      if (isWrong(answer.status))
        wrongAnswers.push(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer;
    },
  };
}

/** A shop that cannot serve at the moment says 503; anything else of that kind is a fault of its own. */
export const isWrong = (status: number): boolean => status >= 500 && status !== 503;
