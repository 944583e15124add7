/** A step of the stored history. */
export interface StoredStep {
  seq: number;
  event: string;
  accepted: boolean;
  to: string;
}

/** A replayed step, with the stored and the replayed state. */
export interface ReplayedStep {
  seq: number;
  event: string;
  stored: string;
  replayed: string;
  isSame: boolean;
}

interface Fold<Snapshot> {
  first: Snapshot;
  /** Replays one step. */
  applyStep(from: Snapshot, step: StoredStep): { next: Snapshot; accepted: boolean };
  stateOf(snapshot: Snapshot): string;
}

/** Replays a history through a machine. After a difference, the replay goes on from the replayed state. */
export function foldHistory<Snapshot>(
  steps: readonly StoredStep[],
  { first, applyStep, stateOf }: Fold<Snapshot>,
): { steps: ReplayedStep[]; last: Snapshot } {
  let last = first;
  const replayed = steps.map((step) => {
    const { next, accepted } = applyStep(last, step);
    last = next;
    const states = { stored: formatState(step.to, step.accepted), replayed: formatState(stateOf(next), accepted) };
    return { seq: step.seq, event: step.event, ...states, isSame: states.stored === states.replayed };
  });
  return { steps: replayed, last };
}

const formatState = (state: string, accepted: boolean): string => (accepted ? state : `${state}, refused`);
