import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** Makes a folder as `npm ci --omit=dev` leaves it. */
export function installProduction(folder: string): void {
  for (const name of ['bin', 'tools', 'src', 'migrations']) linkTree(join(ROOT, name), join(folder, name));
  for (const name of ['package.json', 'package-lock.json', 'Procfile']) linkFile(join(ROOT, name), join(folder, name));
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
  };
  for (const [path, { dev, devOptional }] of Object.entries(lock.packages)) {
    const isWanted = path !== '' && !dev && !devOptional;
    if (isWanted && existsSync(join(ROOT, path))) linkTree(join(ROOT, path), join(folder, path));
  }
}

/** The same files, without their bytes: only folders are made. */
function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      // Packages within packages are named by the lock file.
      if (entry.name !== 'node_modules') linkTree(source, target);
    } else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkFile(source, target);
  }
}

function linkFile(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target, constants.COPYFILE_FICLONE); // another file system
  }
}
