import type { AnyStateMachine } from 'xstate';
import { ANY, type State, type Step, statesOf, stepsOf } from './machine.ts';

/** Draws a state machine as a Mermaid diagram. Arrows between the same two states are merged. */
export function diagram(machine: AnyStateMachine): string {
  const states = statesOf(machine);
  const steps = stepsOf(machine)
    .filter(({ from, to, actions }) => from.path !== ANY && (to || actions.length > 0))
    .flatMap((step) => ofInnerStates(step, states));
  const outer = states.filter(({ parent }) => parent === null);
  const arrows = arrowsOf(steps);
  const first = machine.root.initial.target[0]?.key;
  const lines = [
    `[*] --> ${first}`,
    ...outer.flatMap((state) => drawState(state, states, arrows)),
    ...arrows.filter(({ within }) => within === null).map(({ text }) => text),
    ...outer.filter(({ isFinal }) => isFinal).map(({ key }) => `${key} --> [*]`),
  ];
  return ['stateDiagram-v2', ...lines.map((line) => `  ${line}`)].join('\n');
}

/** A step of an outer state that keeps the inner state is drawn at each inner state. */
const ofInnerStates = (step: Step, states: readonly State[]): Step[] =>
  step.to === null && step.from.initial !== null
    ? states.filter(({ parent }) => parent === step.from.key).map((from) => ({ ...step, from }))
    : [step];

interface Arrow {
  /** The outer state that contains both ends. */
  within: string | null;
  to: string;
  text: string;
}

function arrowsOf(steps: readonly Step[]): Arrow[] {
  const byEnds = Map.groupBy(steps, ({ from, to, actions }) => `${from.key} --> ${to ?? from.key}: ${label(actions)}`);
  return [...byEnds].map(([ends, group]) => {
    const [arrow, after] = ends.split(': ');
    const events = group.map(({ event, guards }) => (guards.length > 0 ? `${event} [${guards.join(' and ')}]` : event));
    return {
      within: group[0]?.from.parent ?? null,
      to: group[0]?.to ?? '',
      text: `${arrow}: ${events.join(', ')}${after}`,
    };
  });
}

const label = (actions: readonly string[]): string => (actions.length > 0 ? ` / ${actions.join(', ')}` : '');

function drawState(state: State, states: readonly State[], arrows: readonly Arrow[]): string[] {
  const { key, entry, initial } = state;
  const notes = entry.map((action) => `${key}: on entry ${action}`);
  if (initial === null) return notes.length > 0 ? [`${key}: ${key}`, ...notes] : [];
  const inner = arrows.filter(({ within }) => within === key).map(({ text }) => text);
  const names = states.filter(({ parent }) => parent === key).map((one) => one.key);
  const isEntered = arrows.some(({ to }) => to === key);
  const body = [...(isEntered ? [`[*] --> ${initial}`] : []), ...names, ...inner].map((line) => `  ${line}`);
  const title = entry.length > 0 ? `"${key}, on entry ${entry.join(', ')}" as ${key}` : key;
  return [`state ${title} {`, ...body, '}'];
}
