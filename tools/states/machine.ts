import type { AnyStateMachine, AnyStateNode } from 'xstate';

/** The name of the machine's root, for transitions of all states. */
export const ANY = 'any state';

export interface State {
  /** With the outer state: `PAYMENT_PENDING.working`. */
  path: string;
  key: string;
  /** The key of the outer state. */
  parent: string | null;
  /** The initial inner state. */
  initial: string | null;
  isBusy: boolean;
  isFinal: boolean;
  entry: string[];
}

export interface Step {
  from: State;
  event: string;
  /** All of them must hold. */
  guards: string[];
  /** Null: the state does not change. */
  to: string | null;
  actions: string[];
}

/** Returns every state of a machine, outer states before their inner states. */
export const statesOf = (machine: AnyStateMachine): State[] => below(machine.root).map(toState);

/** Returns every transition in the order of the states; transitions of all states come last. */
export function stepsOf(machine: AnyStateMachine): Step[] {
  return [...below(machine.root), machine.root].flatMap((node) =>
    [...node.transitions.values()].flat().map(({ eventType, guard, target, actions }) => ({
      from: toState(node),
      event: String(eventType),
      guards: guardsOf(guard),
      to: target?.[0]?.key ?? null,
      actions: named(actions),
    })),
  );
}

/** Returns the name of a guard, or the names that `and` combines. */
function guardsOf(guard: unknown): string[] {
  if (typeof guard === 'string') return [guard];
  return typeof guard === 'function' && 'guards' in guard ? (guard.guards as string[]) : [];
}

const below = (node: AnyStateNode): AnyStateNode[] =>
  Object.values(node.states).flatMap((child) => [child, ...below(child)]);

function toState(node: AnyStateNode): State {
  const { path, key, parent, type, tags, entry } = node;
  return {
    path: path.join('.') || ANY,
    key,
    parent: parent?.parent ? parent.key : null,
    initial: type === 'compound' ? (node.initial.target[0]?.key ?? null) : null,
    isBusy: tags.includes('busy'),
    isFinal: type === 'final',
    entry: named(entry),
  };
}

/** Returns the named actions; actions that only change the machine's context have no name. */
function named(actions: readonly unknown[]): string[] {
  return actions.flatMap((action) => (typeof action === 'string' ? [action] : []));
}
