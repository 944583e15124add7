import type { Statement } from './counters.ts';
import type { CpuProfile, ProfileNode } from './profiler.ts';

/** A function with its own CPU time, in milliseconds. */
export interface HotSpot {
  origin: string;
  name: string;
  ms: number;
}

/** Returns the self time per function, largest first, without idle time. */
export const hotSpots = (profile: CpuProfile): HotSpot[] => spotsBy(profile, (node) => node);

/** Returns the time of our own functions including the libraries and the runtime that they call, largest first. */
export function ownSpots(profile: CpuProfile): HotSpot[] {
  const callers = new Map(
    profile.nodes.flatMap((node) => (node.children ?? []).map((child): [number, ProfileNode] => [child, node])),
  );
  const ownOf = (node: ProfileNode): ProfileNode => {
    for (let at: ProfileNode | undefined = node; at; at = callers.get(at.id))
      if (spotOf(at).origin === 'src') return at;
    return node;
  };
  return spotsBy(profile, ownOf);
}

function spotsBy(profile: CpuProfile, of: (node: ProfileNode) => ProfileNode): HotSpot[] {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const spots = new Map<string, HotSpot>();
  profile.samples.forEach((id, index) => {
    const node = byId.get(id);
    if (!node || node.callFrame.functionName === '(idle)') return;
    const spot = spotOf(of(node));
    const key = `${spot.origin} ${spot.name}`;
    const existing = spots.get(key) ?? spot;
    existing.ms += (profile.timeDeltas[index] ?? 0) / 1_000;
    spots.set(key, existing);
  });
  return [...spots.values()].sort((a, b) => b.ms - a.ms);
}

function spotOf({ callFrame }: ProfileNode): HotSpot {
  const { functionName, url, lineNumber } = callFrame;
  const name = functionName || '(anonymous)';
  const file = url.replace(/^file:\/\//, '');
  return { origin: originOf(file, name), name: file ? `${name} ${shortened(file)}:${lineNumber + 1}` : name, ms: 0 };
}

/** Returns the package, `src` for our own code, or `node` for the runtime. */
function originOf(file: string, name: string): string {
  if (name === '(garbage collector)') return 'garbage collector';
  if (name === '(program)') return 'system calls';
  if (!file || file.startsWith('node:') || file.startsWith('wasm:')) return 'node';
  const [, found] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
  return found ?? 'src';
}

const shortened = (file: string): string =>
  file.replace(/^.*node_modules\/(?:@[^/]+\/)?[^/]+\//, '').replace(/^.*?\/(src|tools|migrations)\//, '$1/');

/** Adds up hot spots by origin, largest first. */
export function byOrigin(spots: readonly HotSpot[]): { origin: string; ms: number }[] {
  const groups = [...Map.groupBy(spots, ({ origin }) => origin)];
  const sums = groups.map(([origin, some]) => ({ origin, ms: some.reduce((sum, { ms }) => sum + ms, 0) }));
  return sums.sort((a, b) => b.ms - a.ms);
}

const LONGEST_TEXT = 110;

/** Formats a statement on one line, shortened to the width of a screen. */
export const shortText = ({ query }: Statement): string => query.replace(/\s+/g, ' ').trim().slice(0, LONGEST_TEXT);
