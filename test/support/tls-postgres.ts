import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../tools/embedded/postgres.ts';
import { migrateAt } from './database.ts';
import { openssl } from './openssl.ts';

/** A server with TLS and a certificate for `localhost`. */
export interface TlsPostgres {
  /** Its URL for a client that trusts this authority. */
  urlFor(authority: string): string;
  /** The file of the authority that issued its certificate, and of another one. */
  authority: string;
  otherAuthority: string;
  remove(): Promise<void>;
}

export async function startTlsPostgres(): Promise<TlsPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'vcecom-tls-'));
  await chmod(folder, 0o755);
  const [authority, otherAuthority] = [makeAuthority(folder, 'ca'), makeAuthority(folder, 'other')];
  await makeCertificate(folder);
  const options = { dataDir: join(folder, 'postgres'), settings: { fsync: 'off' } };
  const plain = await startPostgres(options);
  await migrateAt(plain.url);
  await plain.stop();
  for (const name of ['server.key', 'server.crt']) {
    const file = join(plain.dataDir, name);
    // A copy of a file of the server belongs to its user; the key must be readable by this user alone.
    execFileSync('cp', ['-a', join(plain.dataDir, 'PG_VERSION'), file]);
    await writeFile(file, await readFile(join(folder, name)));
    await chmod(file, 0o600);
  }
  const server = await startPostgres({ ...options, settings: { ...options.settings, ssl: 'on' } });
  const urlFor = (file: string) => {
    const url = new URL(server.url);
    url.hostname = 'localhost';
    url.search = new URLSearchParams({ sslmode: 'verify-full', sslrootcert: file }).toString();
    return url.href;
  };
  const remove = async () => {
    await server.remove();
    await rm(folder, { recursive: true, force: true });
  };
  return { urlFor, authority, otherAuthority, remove };
}

const NEW_KEY = ['-newkey', 'rsa:2048', '-nodes'];

function makeAuthority(folder: string, name: string): string {
  const names = ['-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/CN=${name}`];
  openssl(folder, 'req', '-x509', ...NEW_KEY, ...names, '-days', '2');
  return join(folder, `${name}.pem`);
}

async function makeCertificate(folder: string): Promise<void> {
  await writeFile(join(folder, 'names'), 'subjectAltName = DNS:localhost');
  openssl(folder, 'req', ...NEW_KEY, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
  const issued = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
  openssl(folder, 'x509', '-req', '-in', 'server.csr', '-out', 'server.crt', ...issued);
}
