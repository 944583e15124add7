import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..', '..');

interface Manifest {
  version: string;
  /** The commit of the release that this one replaces; CONTRIBUTING.md says when it changes. */
  previousRelease: string;
  dependencies: Record<string, string>;
}

const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/**
 * Puts the previous release into an empty folder, ready to run: with the packages of this clone if they have the versions
 * that it needs, else with its own.
 * @returns its src/main.ts @throws Error when the history of this clone does not contain it
 */
export function unpackPreviousRelease(folder: string): string {
  const { previousRelease: commit } = manifestOf(ROOT);
  const archive = join(folder, 'release.tar');
  // The clone may belong to another user.
  const git = ['-C', ROOT, '-c', 'safe.directory=*', 'archive', '--format=tar', `--output=${archive}`, commit];
  try {
    execFileSync('git', git, { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: Buffer };
    throw new Error(
      `the previous release (previousRelease of package.json: ${commit}) cannot be read from the history of this clone. ` +
        `A shallow clone needs "git fetch --unshallow", a folder without .git a clone. git said: ${stderr || error}`,
    );
  }
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  if (hasPackagesOf(folder)) symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  else execFileSync('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'pipe' });
  return join(folder, 'src', 'main.ts');
}

function hasPackagesOf(folder: string): boolean {
  return Object.entries(manifestOf(folder).dependencies).every(([name, version]) => {
    const installed = join(ROOT, 'node_modules', name);
    return existsSync(installed) && manifestOf(installed).version === version;
  });
}
