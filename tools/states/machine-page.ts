import type { AnyStateMachine } from 'xstate';
import { diagram } from './diagram.ts';
import { ANY, statesOf, stepsOf } from './machine.ts';
import { codes, table } from './table.ts';

const BUSY = 'Busy: the server still has work to do. A request with `Prefer: wait` waits for a state that is not busy.';

/** A state machine with the descriptions of its parts. */
export interface MachineBook {
  title: string;
  source: string;
  machine: AnyStateMachine;
  states: Record<string, string>;
  events: Record<string, string>;
  actions: Record<string, string>;
  guards: Record<string, string>;
  /** What happens to an event that is not allowed. */
  refusal: string;
  /** Which module runs the actions. */
  executor: string;
}

/** Renders a state machine as a diagram and tables. */
export function machinePage(book: MachineBook): string {
  const { machine } = book;
  const hasBusy = statesOf(machine).some(({ isBusy }) => isBusy);
  const states = statesOf(machine).map(({ path, key, isBusy, entry }) => {
    const says = book.states[key] ?? missing(key);
    return hasBusy ? [codes([path]), isBusy ? 'yes' : '', codes(entry), says] : [codes([path]), says];
  });
  const steps = stepsOf(machine).map(({ from, event, guards, to, actions }) => {
    return [
      codes([from.path]),
      codes([event]),
      codes(guards),
      to ? codes([to]) : actions.length > 0 || from.path === ANY ? 'stays' : 'refused',
      codes(actions),
    ];
  });
  const guards = new Set(stepsOf(machine).flatMap((step) => step.guards));
  return `${[
    `# ${book.title}`,
    `Generated from \`${book.source}\` by \`bin/states\`; a test fails if this page is out of date.`,
    `\`\`\`mermaid\n${diagram(machine)}\n\`\`\``,
    '## States',
    ...(hasBusy ? [BUSY] : []),
    table(hasBusy ? ['state', 'busy', 'on entry', 'meaning'] : ['state', 'meaning'], states),
    '## Every transition',
    `An event that is not in this table is refused: ${book.refusal}`,
    table(['in', 'event', 'if', 'goes to', 'does'], steps),
    table(
      ['if', 'holds when'],
      [...guards].map((name) => [codes([name]), book.guards[name] ?? missing(name)]),
    ),
    '## Where the events come from',
    table(['event', 'comes from'], described(book.events)),
    '## What the actions do',
    `The state machine only names them; ${book.executor}`,
    table(['action', 'what it does'], described(book.actions)),
  ].join('\n\n')}\n`;
}

function missing(name: string): never {
  throw new Error(`the page has no description of ${name}`);
}

const described = (words: Record<string, string>): string[][] =>
  Object.entries(words).map(([name, says]) => [codes([name]), says]);
