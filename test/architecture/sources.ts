import type { ChildProcess } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Node, SourceFile } from 'typescript/unstable/ast';
import { createVirtualFileSystem } from 'typescript/unstable/fs';
import { API } from 'typescript/unstable/sync';

/** One TypeScript file, parsed by the compiler that checks it. */
export interface Source {
  path: string;
  text: string;
  ast: SourceFile;
}

/** A place that breaks a rule. */
export interface Violation {
  path: string;
  line: number;
  what: string;
}

export type Texts = Record<string, string>;

/** Parses files given as text; nothing but their syntax is looked at. */
export function parse(texts: Texts): Source[] {
  const compilerOptions = { noLib: true, noResolve: true, types: [], allowImportingTsExtensions: true, noEmit: true };
  const files: Texts = { '/r/tsconfig.json': JSON.stringify({ compilerOptions, include: ['**/*'] }) };
  for (const [path, text] of Object.entries(texts)) files[`/r/${path}`] = text;
  const api = new API({ cwd: '/r', fs: createVirtualFileSystem(files) });
  try {
    using snapshot = api.updateSnapshot({ openProjects: ['/r/tsconfig.json'] });
    const program = snapshot.getProjects()[0]?.program;
    return Object.entries(texts).map(([path, text]) => {
      const ast = program?.getSourceFile(`/r/${path}`);
      if (!ast) throw new Error(`${path} was not parsed`);
      return { path, text, ast };
    });
  } finally {
    stop(api);
  }
}

/** Closes the compiler. Its own way sends SIGTERM, which it answers with a complaint between the lines of the tests. */
export function stop(api: API): void {
  const channel: object = Reflect.get(Reflect.get(api, 'client'), 'channel');
  (Reflect.get(channel, 'child') as ChildProcess).kill('SIGKILL');
  api.close();
}

/** The texts of the repository's files whose path starts with one of `folders`; binary files are left out. */
export function repositoryTexts(...folders: string[]): Texts {
  const root = join(import.meta.dirname, '../..');
  const paths = globSync('**/*', { cwd: root, exclude: (path) => NOT_OURS.test(path) }).sort();
  const ours = paths.filter((path) => folders.length === 0 || folders.some((folder) => path.startsWith(folder)));
  const files = ours.filter((path) => statSync(join(root, path)).isFile());
  const texts = files.map((path): [string, string] => [path, readFileSync(join(root, path), 'utf8')]);
  return Object.fromEntries(texts.filter(([, text]) => !text.includes('\0')));
}

/** What git does not keep either. */
const NOT_OURS = /^(\.git|node_modules|\.data|coverage|\.env)$|\.log$/;

/** Every node below and including `node`, parents first. */
export function* nodes(node: Node): Generator<Node> {
  yield node;
  const children: Node[] = [];
  node.forEachChild((child) => {
    children.push(child);
  });
  for (const child of children) yield* nodes(child);
}

/** The violation at a node. */
export function at(source: Source, node: Node, what: string): Violation {
  return { path: source.path, line: lineOf(source, node), what };
}

function lineOf(source: Source, node: Node): number {
  return source.text.slice(0, node.getStart(source.ast)).split('\n').length;
}

/** The violations of a pattern in texts, line by line. */
export function matching(texts: Texts, pattern: RegExp, what: string): Violation[] {
  return Object.entries(texts).flatMap(([path, text]) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [{ path, line: index + 1, what: `${what}: ${line.trim()}` }] : [],
      ),
  );
}
