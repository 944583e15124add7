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
 */
export function endWhenSilent(stream: Socket, { ms, isOwed, error }: Silence): void {
  const pauseMs = Math.min(ms / CHECKS, MAX_DELAY_MS / 2);
  let bytesRead = stream.bytesRead;
  let silentChecks = 0;
  const timer = setInterval(() => {
    const isSilent = isOwed() && stream.bytesRead === bytesRead;
    bytesRead = stream.bytesRead;
    silentChecks = isSilent ? silentChecks + 1 : 0;
    if (silentChecks > ms / pauseMs) stream.destroy(error());
  }, pauseMs);
  timer.unref();
  stream.once('close', () => clearInterval(timer));
}
