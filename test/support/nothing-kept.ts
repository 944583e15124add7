import type { LayeredCache } from '../../src/infra/cache/layered-cache.ts';
import type { Versions } from '../../src/infra/cache/versions.ts';

/** A cache that keeps nothing: for tests of what is read, not of how it is kept. */
export const nothingKept: LayeredCache = {
  read: (_, make) => make(),
  inMemory: () => undefined,
  changes: () => 0,
  countRead: () => undefined,
  refresh: async () => false,
  limit: (ask) => ask(),
  popularity: { count: () => undefined, most: async () => [], fade: async () => undefined },
};

export const noVersions: Versions = {
  of: () => undefined,
  trustedUntil: () => 0,
  changes: () => 0,
  raise: async () => true,
};
