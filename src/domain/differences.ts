/** A path at which two values differ, e.g. `lines.0.taxableValue`. */
export interface Difference {
  path: string;
  stored: unknown;
  replayed: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const ROOT = { most: 20, path: '' };

/** Returns the leaves at which two JSON values differ, at most `most` of them. */
export function differencesOf(
  stored: unknown,
  replayed: unknown,
  at: { most: number; path: string } = ROOT,
): Difference[] {
  const { most, path } = at;
  if (!isObject(stored) || !isObject(replayed)) {
    return Object.is(stored, replayed) ? [] : [{ path, stored: stored ?? null, replayed: replayed ?? null }];
  }
  const names = [...new Set([...Object.keys(stored), ...Object.keys(replayed)])];
  const found: Difference[] = [];
  for (const name of names) {
    if (found.length >= most) break;
    const childPath = path === '' ? name : `${path}.${name}`;
    found.push(...differencesOf(stored[name], replayed[name], { most: most - found.length, path: childPath }));
  }
  return found;
}
