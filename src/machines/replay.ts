/** A step as the history has it. */
export interface StoredStep {
  seq: number;
  event: string;
  accepted: boolean;
  to: string;
}

/** A step taken again, and where it went another way than is stored. */
export interface ReplayedStep {
  seq: number;
  event: string;
  stored: string;
  replayed: string;
  isSame: boolean;
}

interface Fold<Snapshot> {
  first: Snapshot;
  /** Takes one step again. */
  take(from: Snapshot, step: StoredStep): { next: Snapshot; accepted: boolean };
  stateOf(snapshot: Snapshot): string;
}

/** Folds a history through a machine again, step by step; what comes after a difference goes on from what was replayed. */
export function foldHistory<Snapshot>(
  steps: readonly StoredStep[],
  { first, take, stateOf }: Fold<Snapshot>,
): { steps: ReplayedStep[]; last: Snapshot } {
  let last = first;
  const replayed = steps.map((step) => {
    const { next, accepted } = take(last, step);
    last = next;
    const again = { stored: shown(step.to, step.accepted), replayed: shown(stateOf(next), accepted) };
    return { seq: step.seq, event: step.event, ...again, isSame: again.stored === again.replayed };
  });
  return { steps: replayed, last };
}

const shown = (state: string, accepted: boolean): string => (accepted ? state : `${state}, refused`);
