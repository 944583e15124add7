import { errorFields, observeSparingly } from '../../../infra/observability/log.ts';
import type { Person } from '../../auth/principal.ts';
import { RequestFault } from '../../http/errors/failure.ts';
import type { OpsDeps, OpsRequest } from '../ops-request.ts';
import type { Fragments } from './fragments.ts';
import { fragmentsFor } from './overview-page.ts';
import { permissionKey, type ReadOverview } from './readings/readings.ts';

/** The limits of a process, and the time between two events in milliseconds. */
export interface WatchSettings {
  intervalMs: number;
  mostOfSession: number;
  mostOfProcess: number;
}

const SETTINGS: WatchSettings = { intervalMs: 5_000, mostOfSession: 5, mostOfProcess: 200 };
const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
};
/** A client that does not read is disconnected at this many unsent bytes. */
const MOST_UNSENT = 1_000_000;

/** An open overview page. */
interface Watcher {
  opsRequest: OpsRequest;
  person: Person;
  /** The markup that the client has. */
  sent: Record<string, string>;
  end(): void;
}

/** Everybody with the same permissions. */
interface Group {
  watchers: Set<Watcher>;
  isUpdating: boolean;
}

/**
 * Sends the changed parts of the overview to all who watch it. Each tick first ends the streams of sessions that have ended
 * or whose permissions changed, then reads once for all with the same permissions. No group waits for another.
 */
export function openWatchers(deps: OpsDeps, read: ReadOverview, settings: WatchSettings = SETTINGS) {
  const groups = new Map<string, Group>();
  let isTicking = false;

  function tickLater(): void {
    isTicking = groups.size > 0;
    if (isTicking) setTimeout(tick, settings.intervalMs).unref();
  }
  async function tick(): Promise<void> {
    await Promise.all([...groups.values()].map((group) => endWithSessions(deps, group)));
    for (const group of groups.values()) void updateGroup(deps, read, group);
    tickLater();
  }

  function add(watcher: Watcher): () => void {
    refuseTooMany(groups, watcher, settings);
    const key = permissionKey(watcher.person);
    const group: Group = groups.get(key) ?? { watchers: new Set(), isUpdating: false };
    groups.set(key, group);
    group.watchers.add(watcher);
    if (!isTicking) tickLater();
    return () => {
      group.watchers.delete(watcher);
      if (group.watchers.size === 0 && groups.get(key) === group) groups.delete(key);
    };
  }

  /** Streams the overview until the client, the session or the process ends. @throws RequestFault EVENT_STREAM_LIMIT_REACHED */
  return async (opsRequest: OpsRequest, person: Person): Promise<void> => {
    const { request, response } = opsRequest.raw;
    // Node.js sends no body for HEAD: a stream would never end, and would count as open.
    if (request.method === 'HEAD') return void response.writeHead(200, STREAM_HEADERS).end();
    const { promise, resolve } = Promise.withResolvers<void>();
    const watcher: Watcher = { opsRequest, person, sent: {}, end: () => resolve() };
    const remove = add(watcher);
    try {
      begin(deps.stopping, watcher, await fragmentsFor(deps, read, opsRequest));
      await promise;
    } finally {
      remove();
      deps.stopping.removeEventListener('abort', watcher.end);
    }
    response.end();
  };
}

/** Sends the whole overview, and ends the stream when the client disconnects or the process stops. */
function begin(stopping: AbortSignal, watcher: Watcher, fragments: Fragments): void {
  const { response } = watcher.opsRequest.raw;
  response.writeHead(200, STREAM_HEADERS);
  response.write('retry: 5000\n\n');
  send(watcher, fragments);
  response.once('close', watcher.end);
  stopping.addEventListener('abort', watcher.end, { once: true });
  if (stopping.aborted || response.destroyed) watcher.end();
}

function refuseTooMany(
  groups: ReadonlyMap<string, Group>,
  { person }: Watcher,
  { mostOfSession, mostOfProcess }: WatchSettings,
): void {
  const all = [...groups.values()].flatMap(({ watchers }) => [...watchers]);
  const own = all.filter((watcher) => watcher.person.sessionId === person.sessionId);
  const exceeded =
    own.length >= mostOfSession
      ? { of: 'session', limit: mostOfSession }
      : all.length >= mostOfProcess && { of: 'process', limit: mostOfProcess };
  if (exceeded) {
    throw new RequestFault('EVENT_STREAM_LIMIT_REACHED', { details: exceeded, headers: { 'Retry-After': '10' } });
  }
}

/** Sends what changed, unless the group still waits for its last reading. */
async function updateGroup(deps: OpsDeps, read: ReadOverview, group: Group): Promise<void> {
  const [first] = group.watchers;
  if (!first || group.isUpdating) return;
  group.isUpdating = true;
  try {
    const fragments = await fragmentsFor(deps, read, first.opsRequest);
    for (const watcher of group.watchers) send(watcher, fragments);
  } catch (error) {
    noteFailure(group, error);
  } finally {
    group.isUpdating = false;
  }
}

async function endWithSessions(deps: OpsDeps, group: Group): Promise<void> {
  try {
    await Promise.all([...group.watchers].map((watcher) => endWithSession(deps, group, watcher)));
  } catch (error) {
    noteFailure(group, error);
  }
}

function noteFailure({ watchers }: Group, error: unknown): void {
  observeSparingly('overview.read_failed', errorFields(error));
  for (const { opsRequest } of watchers) {
    const { response } = opsRequest.raw;
    // Proxies close streams that send nothing for long. A stream that has not begun may still answer with an error.
    if (response.headersSent) response.write(':\n\n');
  }
}

/** Ends the stream of a session that was revoked or has expired, or whose permissions changed. */
async function endWithSession({ sessionValidity }: OpsDeps, group: Group, watcher: Watcher): Promise<void> {
  const { person, end } = watcher;
  const current = await sessionValidity.ofSession(person.sessionId);
  if (current?.kind === 'staff' && !current.awaitsMfa && permissionKey(current) === permissionKey(person)) return;
  group.watchers.delete(watcher);
  end();
}

/** Sends the fragments that the client does not have. The time is always new, so the stream is never silent. */
function send(watcher: Watcher, fragments: Fragments): void {
  const { response } = watcher.opsRequest.raw;
  if (!response.headersSent) return;
  const all = Object.entries(fragments).map(([id, { markup }]): [string, string] => [id, markup]);
  const changed = all.filter(([id, markup]) => watcher.sent[id] !== markup);
  watcher.sent = Object.fromEntries(all);
  if (response.writableLength > MOST_UNSENT) response.destroy();
  else response.write(`event: fragments\ndata: ${JSON.stringify(Object.fromEntries(changed))}\n\n`);
}
