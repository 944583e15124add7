import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SystemProgram, systemProgram } from '../../tools/embedded/system-package.ts';

const OPENSSL: SystemProgram = {
  names: ['openssl'],
  version: 'version',
  debian: { packages: ['openssl'], binary: 'usr/bin/openssl' },
  brew: ['openssl'],
};

/** One that was only unpacked does not find that of the system. */
const SETTINGS = `[req]
distinguished_name = name
x509_extensions = authority
[name]
[authority]
basicConstraints = critical, CA:true
`;

let found: string | null | undefined;

/** Runs openssl in a folder; gets it from the packages of this system when there is none. @throws Error when it fails */
export function openssl(folder: string, ...args: string[]): void {
  found ??= systemProgram(OPENSSL, () => undefined);
  if (!found) throw new Error('no openssl found: install it (Debian, Ubuntu: sudo apt-get install openssl)');
  const settings = join(folder, 'openssl.cnf');
  writeFileSync(settings, SETTINGS);
  execFileSync(found, args, { cwd: folder, stdio: 'pipe', env: { ...process.env, OPENSSL_CONF: settings } });
}
