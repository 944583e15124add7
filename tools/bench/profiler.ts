/** A CPU profile of V8: the running function at each sample. Times in microseconds. */
export interface CpuProfile {
  nodes: ProfileNode[];
  samples: number[];
  timeDeltas: number[];
}

export interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  /** Ids of the functions that it called. */
  children?: number[];
}

/** The environment of processes whose inspector opens on a free port on request. */
export const INSPECTABLE = { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --inspect-port=0`.trim() };

/** Finds the address of an inspector in a log line of `role`. */
export function inspectorIn(line: string, role: string): string | undefined {
  const [, address] = new RegExp(`^${role} \\| Debugger listening on (ws:\\S+)`).exec(line) ?? [];
  return address;
}

/** Sampling interval in microseconds; shorter intervals cost as much as the work itself. */
const EVERY_US = 1_000;

/** Samples the process behind an inspector while `work` runs. */
export async function profileDuring(inspector: string, work: () => Promise<unknown>): Promise<CpuProfile> {
  const session = await connect(inspector);
  try {
    await session.call('Profiler.enable');
    await session.call('Profiler.setSamplingInterval', { interval: EVERY_US });
    await session.call('Profiler.start');
    await work();
    const { profile } = await session.call<{ profile: CpuProfile }>('Profiler.stop');
    return profile;
  } finally {
    session.close();
  }
}

interface Reply {
  id: number;
  result?: object;
  error?: { message: string };
}

async function connect(address: string) {
  const socket = new WebSocket(address);
  await new Promise((done, fail) => {
    socket.addEventListener('open', done);
    socket.addEventListener('error', () => fail(new Error(`the inspector at ${address} does not answer`)));
  });
  let last = 0;
  const waiting = new Map<number, (reply: Reply) => void>();
  socket.addEventListener('message', ({ data }) => {
    const reply = JSON.parse(String(data)) as Reply;
    waiting.get(reply.id)?.(reply);
  });
  return {
    call<T extends object>(method: string, params: object = {}): Promise<T> {
      last += 1;
      const id = last;
      socket.send(JSON.stringify({ id, method, params }));
      return new Promise((done, fail) => {
        waiting.set(id, ({ result, error }) => (error ? fail(new Error(error.message)) : done(result as T)));
      });
    },
    close: () => socket.close(),
  };
}
