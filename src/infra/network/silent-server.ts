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
 * @returns a function to call when something is sent. Nothing is checked until then, nor after all is answered: an idle
 * process has many connections.
 */
export function endWhenSilent(stream: Socket, { ms, isOwed, error }: Silence): () => void {
  const pauseMs = Math.min(ms / CHECKS, MAX_DELAY_MS / 2);
  let timer: NodeJS.Timeout | undefined;
  let bytesRead = 0;
  let silentChecks = 0;
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const check = () => {
    if (!isOwed()) return stop();
    silentChecks = stream.bytesRead === bytesRead ? silentChecks + 1 : 0;
    bytesRead = stream.bytesRead;
    if (silentChecks > ms / pauseMs) stream.destroy(error());
  };
  stream.once('close', stop);
  return () => {
    if (timer || stream.destroyed) return;
    bytesRead = stream.bytesRead;
    silentChecks = 0;
    timer = setInterval(check, pauseMs).unref();
  };
}
