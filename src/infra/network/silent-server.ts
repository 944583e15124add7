import type { Socket } from 'node:net';

/** The fewest checks before a silence reaches its limit. */
const CHECKS = 4;
/** The longest delay until a silence over the limit is noticed, in milliseconds: two intervals between checks. */
const MAX_DELAY_MS = 4_000;

export interface Silence {
  /** A server that owes an answer and sends nothing for this time, in milliseconds, counts as gone. */
  ms: number;
  /** Whether the server owes an answer now. */
  isOwed(): boolean;
  /** The error that the connection ends with. */
  error(): Error;
}

/**
 * Ends a connection whose server owes an answer and sends nothing. Silence is counted in checks, not in time: between
 * two checks the event loop reads the data that has arrived, so a blocked process does not take its server for silent.
 * Checks begin with a write and end when no answer is owed: an idle connection sets no timer.
 */
export function endWhenSilent(stream: Socket, { ms, isOwed, error }: Silence): void {
  const pauseMs = Math.min(ms / CHECKS, MAX_DELAY_MS / 2);
  let { bytesRead } = stream;
  let silentChecks = 0;
  let isChecking = true;
  const timer = setTimeout(check, pauseMs).unref();
  function check(): void {
    isChecking = isOwed();
    silentChecks = isChecking && stream.bytesRead === bytesRead ? silentChecks + 1 : 0;
    bytesRead = stream.bytesRead;
    if (silentChecks > ms / pauseMs) stream.destroy(error());
    else if (isChecking) timer.refresh();
  }
  beforeWrites(stream, () => {
    if (isChecking) return;
    isChecking = true;
    bytesRead = stream.bytesRead;
    timer.refresh();
  });
  stream.once('close', () => clearTimeout(timer));
}

/** A socket has no event for what is written to it. */
function beforeWrites(stream: Socket, listener: () => void): void {
  const write = stream.write.bind(stream);
  const heardWrite = (...args: Parameters<Socket['write']>): boolean => {
    listener();
    return write(...args);
  };
  stream.write = heardWrite as Socket['write'];
}
