import { LRUCache } from 'lru-cache';
import type { Entry } from '../../../infra/cache/entry.ts';
import type { LayeredCache } from '../../../infra/cache/layered-cache.ts';
import type { ReadyAnswer } from '../../http/ready-answer.ts';

/** An answer to visitors who are not signed in, whose response lies in memory. */
export interface PublicAnswer extends Omit<ReadyAnswer, 'route' | 'contentLength' | 'countRead'> {
  /** The entry of the response. */
  entry: Entry;
  /** In ms since 1970: until then, and while no cached value changes, it stays the same. */
  until: number;
}

/** The answers of URLs that were asked for lately, while they are in memory and current. */
export interface ReadyAnswers {
  find(url: string): ReadyAnswer | undefined;
  /** From now on `find` answers this URL of a route with what `inMemory` finds. */
  remember(url: string, from: { route: string; inMemory: () => PublicAnswer | undefined }): void;
}

const MAX_URLS = 2_000;
const MAX_URL_LENGTH = 500;
/** The most bytes of answers: they may hold responses that the cache has dropped. */
const MAX_BYTES = 10_000_000;

interface Remembered {
  route: string;
  inMemory(): PublicAnswer | undefined;
  found?: PublicAnswer & ReadyAnswer & { changes: number };
}

export function openReadyAnswers(cache: Pick<LayeredCache, 'changes' | 'countRead'>): ReadyAnswers {
  const sizeCalculation = ({ found }: Remembered) => 2 * (MAX_URL_LENGTH + (found?.json.length ?? 0));
  const urls = new LRUCache<string, Remembered>({ max: MAX_URLS, maxSize: MAX_BYTES, sizeCalculation });
  const isCurrent = ({ until, changes }: { until: number; changes: number }): boolean =>
    changes === cache.changes() && Date.now() < until;
  function findAndKeep(url: string, { route, inMemory }: Remembered): Remembered['found'] {
    const answer = inMemory();
    if (!answer) return undefined;
    const contentLength = String(Buffer.byteLength(answer.json));
    const countRead = () => cache.countRead(answer.entry);
    const found = { ...answer, route, contentLength, countRead, changes: cache.changes() };
    urls.set(url, { route, inMemory, found });
    return found;
  }
  return {
    find(url) {
      const remembered = urls.get(url);
      if (!remembered) return undefined;
      const { found } = remembered;
      return found && isCurrent(found) ? found : findAndKeep(url, remembered);
    },
    remember(url, from) {
      if (url.length <= MAX_URL_LENGTH && !urls.has(url)) urls.set(url, from);
    },
  };
}
