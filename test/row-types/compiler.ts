import { join, relative } from 'node:path';
import type { Identifier, Node } from 'typescript/unstable/ast';
import { isIdentifier } from 'typescript/unstable/ast/is';
import { API, type Checker, type Program, type Project, SymbolFlags } from 'typescript/unstable/sync';
import { nodes, type Source, stop } from '../architecture/sources.ts';

/** The sources of src and their types. */
export interface Compiler {
  checker: Checker;
  sources: readonly Source[];
  /** The declaration that a name refers to, also in another file. */
  declarationOf(name: Node): Node | undefined;
  /** The names that refer to a declaration with the name `declared`. */
  usesOf(declared: Identifier): Identifier[];
}

const ROOT = join(import.meta.dirname, '../..');

/** Opens the project for `work`. Nodes and types are valid until `work` returns. */
export function withCompiler<T>(work: (compiler: Compiler) => T): T {
  const api = new API({ cwd: ROOT });
  try {
    using snapshot = api.updateSnapshot({ openProjects: [join(ROOT, 'tsconfig.json')] });
    const [project] = snapshot.getProjects();
    if (!project) throw new Error('tsconfig.json was not opened');
    return work(compilerOf(project));
  } finally {
    stop(api);
  }
}

function compilerOf(project: Project): Compiler {
  const { checker, program } = project;
  const sources = sourcesOf(program);
  const names = Map.groupBy(
    sources.flatMap(({ ast }) => [...nodes(ast)].filter(isIdentifier)),
    ({ text }) => text,
  );
  const declarationOf = (name: Node): Node | undefined => {
    const found = checker.getShorthandAssignmentValueSymbol(name.parent) ?? checker.getSymbolAtLocation(name);
    const symbol = found && found.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
    return (symbol?.valueDeclaration ?? symbol?.declarations[0])?.resolve(project);
  };
  const uses = new Map<Identifier, Identifier[]>();
  const usesOf = (declared: Identifier): Identifier[] => {
    const found =
      uses.get(declared) ??
      (names.get(declared.text) ?? []).filter((name) => name !== declared && declarationOf(name) === declared.parent);
    uses.set(declared, found);
    return found;
  };
  return { checker, sources, declarationOf, usesOf };
}

function sourcesOf(program: Program): Source[] {
  const paths = program.getSourceFileNames().filter((path) => path.startsWith(join(ROOT, 'src/')));
  return paths.flatMap((path) => {
    const ast = program.getSourceFile(path);
    return ast ? [{ path: relative(ROOT, path), text: ast.text, ast }] : [];
  });
}
