/**
 * `fault`: something is broken, a person must act. `todo`: a decision of a person waits. `info`: worth a look, part of
 * normal trade.
 */
export type SignalState = 'fault' | 'todo' | 'info';

/** Which signals are missing. */
export interface SignalGaps {
  /** Whether the reader's permissions leave out signals. */
  ofRole: boolean;
  /** The parts that cannot be read at the moment. */
  unread: readonly string[];
}

/** A number on the overview with the list behind it. */
export interface Signal {
  title: string;
  /** The list of what is counted; undefined: the reader may not open it. */
  path: string | undefined;
  /** What a count above zero means. */
  state: SignalState;
  count: number;
}
