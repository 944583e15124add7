import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Instruction {
  name: string;
  text: string;
}

/** One stage of a Dockerfile. */
export interface Stage {
  /** Its name, or its index. */
  name: string;
  /** The image that it starts from. */
  base: string;
  instructions: Instruction[];
}

/** Reads a Dockerfile; `${ARG}` stands for the default of an argument. */
export function parseDockerfile(text: string): Stage[] {
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const defaults = new Map<string, string>();
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, name = '', raw = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const value = raw.replace(/\$\{(\w+)\}/g, (_, one) => defaults.get(one) ?? '').trim();
    if (name === 'ARG') defaults.set(value.split('=')[0] ?? '', value.slice(value.indexOf('=') + 1));
    const [, base = '', as = String(stages.length)] = (name === 'FROM' && /^(\S+)(?: AS (\S+))?$/.exec(value)) || [];
    if (base) stages.push({ name: as, base, instructions: [] });
    else stages.at(-1)?.instructions.push({ name, text: value });
  }
  return stages;
}

/** The instructions of that name. */
export const textsOf = ({ instructions }: Stage, wanted: string): string[] =>
  instructions.filter(({ name }) => name === wanted).map(({ text }) => text);

/** The variables that the stage sets. */
export const variablesOf = (stage: Stage): Record<string, string> =>
  Object.fromEntries(
    textsOf(stage, 'ENV')
      .flatMap((text) => text.split(/\s+/))
      .map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
  );

export interface Place {
  /** The folder that is sent to the builder. */
  context: string;
  /** An empty folder; the result is in its folder `app`. */
  room: string;
  /** The environment of RUN. */
  env: NodeJS.ProcessEnv;
}

/**
 * Carries out WORKDIR, COPY and RUN of all stages. /app is a folder of the room, the same for each stage, because a
 * bundle works only where it was made. @returns the folder that stands for /app in the image
 */
export async function carryOut(stages: readonly Stage[], place: Place): Promise<string> {
  const app = join(place.room, 'app');
  for (const stage of stages) {
    mkdirSync(app);
    for (const { name, text } of stage.instructions) {
      if (name === 'COPY') copy(text, place);
      if (name === 'RUN') await run('/bin/sh', ['-c', text], { cwd: app, env: place.env, maxBuffer: 2 ** 24 });
    }
    if (stage !== stages.at(-1)) renameSync(app, join(place.room, stage.name));
  }
  for (const { name } of stages.slice(0, -1)) rmSync(join(place.room, name), { recursive: true });
  return app;
}

/** `COPY [--from=STAGE] SOURCE… TARGET`: a folder is copied as its content, a file by its name into `./`. */
function copy(text: string, { context, room }: Place): void {
  const [first = '', ...rest] = text.split(/\s+/);
  const [, from] = /^--from=(\w+)$/.exec(first) ?? [];
  const words = from ? rest : [first, ...rest];
  const target = words.at(-1) ?? '';
  for (const source of words.slice(0, -1)) {
    const path = from ? join(room, from, relative('/app', source)) : join(context, source);
    const into = target === './' ? join(room, 'app', basename(source)) : join(room, 'app', target);
    if (target !== './' && !statSync(path).isDirectory()) throw new Error(`not understood: COPY ${text}`);
    cpSync(path, into, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  }
}
