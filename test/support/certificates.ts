import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openssl } from './openssl.ts';

/** The paths of a certificate of 127.0.0.1, its key, and the authority that signed it, in PEM. */
export interface Certificate {
  ca: string;
  cert: string;
  key: string;
}

/** The settings of a Redis that also listens with TLS, for clients, other servers and Sentinels. */
export const redisTls = ({ ca, cert, key }: Certificate, port: number): Record<string, string> => ({
  'tls-port': String(port),
  'tls-cert-file': cert,
  'tls-key-file': key,
  'tls-ca-cert-file': ca,
  'tls-auth-clients': 'no',
  'tls-replication': 'yes',
});

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes a certificate and an authority in a folder. */
export async function makeCertificate(folder: string, name: string): Promise<Certificate> {
  const file = (kind: string) => join(folder, `${name}-${kind}`);
  const [ca, caKey, cert, key] = [file('ca.pem'), file('ca.key'), file('cert.pem'), file('cert.key')];
  const authority = ['-keyout', caKey, '-out', ca, '-days', '2', '-subj', `/CN=${name} authority`];
  openssl(folder, 'req', '-x509', ...NEW_KEY, ...authority);
  openssl(folder, 'req', ...NEW_KEY, '-keyout', key, '-out', file('request'), '-subj', '/CN=redis');
  await writeFile(file('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost');
  const signing = ['-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', '2', '-extfile', file('names')];
  openssl(folder, 'x509', '-req', '-in', file('request'), '-out', cert, ...signing);
  return { ca, cert, key };
}
