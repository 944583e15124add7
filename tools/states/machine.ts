import type { AnyStateMachine, AnyStateNode } from 'xstate';

export interface State {
  /** With the state around it: `PAYMENT_PENDING.working`. */
  path: string;
  key: string;
  /** The key of the state it lies in. */
  parent: string | null;
  /** The inner state in which it begins. */
  initial: string | null;
  isBusy: boolean;
  isFinal: boolean;
  entry: string[];
}

export interface Step {
  from: State;
  event: string;
  guard: string | null;
  /** Null: the state stays as it is. */
  to: string | null;
  actions: string[];
}

/** Every state of a machine, outer ones before what lies in them. */
export const statesOf = (machine: AnyStateMachine): State[] => below(machine.root).map(toState);

/** Every transition of a machine, in the order of its states. */
export function stepsOf(machine: AnyStateMachine): Step[] {
  return below(machine.root).flatMap((node) =>
    [...node.transitions.values()].flat().map(({ eventType, guard, target, actions }) => ({
      from: toState(node),
      event: String(eventType),
      guard: typeof guard === 'string' ? guard : null,
      to: target?.[0]?.key ?? null,
      actions: named(actions),
    })),
  );
}

const below = (node: AnyStateNode): AnyStateNode[] =>
  Object.values(node.states).flatMap((child) => [child, ...below(child)]);

function toState(node: AnyStateNode): State {
  const { path, key, parent, type, tags, entry } = node;
  return {
    path: path.join('.'),
    key,
    parent: parent?.parent ? parent.key : null,
    initial: type === 'compound' ? (node.initial.target[0]?.key ?? null) : null,
    isBusy: tags.includes('busy'),
    isFinal: type === 'final',
    entry: named(entry),
  };
}

/** The actions that ask for work; what only notes something down in the machine has no name. */
function named(actions: readonly unknown[]): string[] {
  return actions.flatMap((action) => (typeof action === 'string' ? [action] : []));
}
