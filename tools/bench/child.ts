import { type ChildProcess, fork, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { interruption } from './interruption.ts';

/** A child process of the bench that does one kind of work. */
export interface Child<Q, A> {
  /** Sends one request at a time. @throws Error with the error of the child. */
  ask(question: Q): Promise<A>;
  stop(): Promise<void>;
}

type Message<A> = { answer: A } | { error: string };

/** Starts `tools/bench/<name>.ts`, which calls `serve`. Its stdout is discarded, its stderr is shown. */
export function startChild<Q extends object, A>(name: string): Child<Q, A> {
  const stdio: StdioOptions = ['ignore', 'ignore', 'inherit', 'ipc'];
  const child = fork(join(import.meta.dirname, `${name}.ts`), [], { stdio, signal: interruption });
  child.on('error', () => undefined); // after an interruption `ask` rejects on the exit
  return {
    async ask(question) {
      const answered = nextMessage<A>(child, name);
      child.send(question);
      const message = await answered;
      if ('error' in message) throw new Error(`${name}: ${message.error}`);
      return message.answer;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null || !child.connected) return;
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

function nextMessage<A>(child: ChildProcess, name: string): Promise<Message<A>> {
  return new Promise((done, fail) => {
    const ended = () => fail(new Error(`${name} ended before it had answered`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      done(message as Message<A>);
    });
  });
}

/** The child's side: answers requests until the bench disconnects. */
export function serve<Q, A>(work: (question: Q) => Promise<A>): void {
  process.on('message', (question) => {
    work(question as Q).then(
      (answer) => process.send?.({ answer }),
      (error: Error) => process.send?.({ error: error.stack ?? error.message }),
    );
  });
  process.once('disconnect', () => process.exit());
}
