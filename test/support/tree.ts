import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const everyPath = (folder: string): string[] => [
  folder,
  ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
];

/** What can be seen from outside of everything in a folder. */
export const factsOf = (folder: string): string[] =>
  everyPath(folder).map((path) => {
    const { mode, size, mtimeMs } = lstatSync(path);
    return `${path} ${mode} ${size} ${mtimeMs}`;
  });

/** The bytes of all files in a folder. */
export const bytesOf = (folder: string): number =>
  everyPath(folder)
    .map((path) => lstatSync(path))
    .reduce((total, facts) => total + (facts.isFile() ? facts.size : 0), 0);

/** The permissions of all folders in a folder: without the permission to write, nothing is added or removed. */
export function setFolderModes(folder: string, mode: number): void {
  for (const path of everyPath(folder)) if (lstatSync(path).isDirectory()) chmodSync(path, mode);
}

/** Takes from everybody the permission to write the files of a folder. */
export function makeReadOnly(folder: string): void {
  setFolderModes(folder, 0o555);
  for (const path of everyPath(folder)) {
    const facts = lstatSync(path);
    if (facts.isFile()) chmodSync(path, facts.mode & 0o555);
  }
}
