import type { Socket } from 'node:net';

/** How often silence is looked for, at least, until it has lasted long enough. */
const LOOKS = 4;
/** The longest delay, in milliseconds, before a silence over the limit is noticed: twice the time between two looks. */
const LATEST_MS = 4_000;

export interface Silence {
  /** A server that owes an answer and sends nothing for so long, in milliseconds, counts as gone. */
  ms: number;
  /** Whether the server owes an answer now. */
  isOwed(): boolean;
  /** The error that the connection ends with. */
  error(): Error;
}

/**
 * Ends a connection whose server owes an answer and sends nothing. Silence is counted in looks and not in time: between two
 * looks the event loop reads what lies ready, so a process that stood still itself does not take its server for silent.
 */
export function endWhenSilent(stream: Socket, { ms, isOwed, error }: Silence): void {
  const pauseMs = Math.min(ms / LOOKS, LATEST_MS / 2);
  let bytesRead = stream.bytesRead;
  let silentLooks = 0;
  const timer = setInterval(() => {
    const isSilent = isOwed() && stream.bytesRead === bytesRead;
    bytesRead = stream.bytesRead;
    silentLooks = isSilent ? silentLooks + 1 : 0;
    if (silentLooks > ms / pauseMs) stream.destroy(error());
  }, pauseMs);
  timer.unref();
  stream.once('close', () => clearInterval(timer));
}
