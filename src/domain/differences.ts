/** A place where two values differ, as `lines.0.taxableValue`. */
export interface Difference {
  path: string;
  stored: unknown;
  replayed: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const WHOLE = { most: 20, path: '' };

/** Where two values of JSON differ, leaf by leaf; at most so many places. */
export function differencesOf(
  stored: unknown,
  replayed: unknown,
  at: { most: number; path: string } = WHOLE,
): Difference[] {
  const { most, path } = at;
  if (!isObject(stored) || !isObject(replayed)) {
    return Object.is(stored, replayed) ? [] : [{ path, stored: stored ?? null, replayed: replayed ?? null }];
  }
  const names = [...new Set([...Object.keys(stored), ...Object.keys(replayed)])];
  const found: Difference[] = [];
  for (const name of names) {
    if (found.length >= most) break;
    const below = path === '' ? name : `${path}.${name}`;
    found.push(...differencesOf(stored[name], replayed[name], { most: most - found.length, path: below }));
  }
  return found;
}
