import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The paths of a certificate of 127.0.0.1, its key, and the authority that signed it, in PEM. */
export interface Certificate {
  ca: string;
  cert: string;
  key: string;
}

const openssl = (...args: string[]) => promisify(execFile)('openssl', args);

/** Makes a certificate and an authority in a folder. Needs the program `openssl`. */
export async function makeCertificate(folder: string, name: string): Promise<Certificate> {
  const file = (kind: string) => join(folder, `${name}-${kind}`);
  const [ca, caKey, cert, key] = [file('ca.pem'), file('ca.key'), file('cert.pem'), file('cert.key')];
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    caKey,
    '-out',
    ca,
    '-days',
    '2',
    '-subj',
    `/CN=${name} authority`,
  );
  await openssl('req', ...newKey, '-keyout', key, '-out', file('request'), '-subj', '/CN=redis');
  await writeFile(file('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost');
  const signing = ['-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', '2', '-extfile', file('names')];
  await openssl('x509', '-req', '-in', file('request'), '-out', cert, ...signing);
  return { ca, cert, key };
}
