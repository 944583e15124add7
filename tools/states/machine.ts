import type { AnyStateMachine, AnyStateNode } from 'xstate';

/** Stands for the machine as a whole. */
export const ANY = 'any state';

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
  /** All of them have to hold. */
  guards: string[];
  /** Null: the state stays as it is. */
  to: string | null;
  actions: string[];
}

/** Every state of a machine, outer ones before what lies in them. */
export const statesOf = (machine: AnyStateMachine): State[] => below(machine.root).map(toState);

/** Every transition of a machine, in the order of its states; last those that are the same in all of them. */
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

/** A guard by its name, or those that `and` puts together. */
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

/** The actions that ask for work; what only notes something down in the machine has no name. */
function named(actions: readonly unknown[]): string[] {
  return actions.flatMap((action) => (typeof action === 'string' ? [action] : []));
}
