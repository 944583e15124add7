import { ConfigError } from '../../config.ts';
import { NOT_TRUSTED } from '../../network/untrusted-certificate.ts';
import { observe } from '../../observability/log.ts';
import { withTimeout } from '../../with-timeout.ts';
import type { Query } from '../query.ts';

/** The longest wait for the server, in milliseconds: a process starts without it as well. */
const ANSWER_MS = 2_000;
/** Codes for a file that cannot be read or is no certificate. */
const NO_FILE = /^(ENOENT|EACCES|EISDIR)$|^ERR_OSSL/;
const NO_TLS = /server does not support SSL/;

const PLACES = `select current_setting('max_connections')::int
    - current_setting('superuser_reserved_connections')::int - current_setting('reserved_connections')::int as places,
  (select sum(numbackends)::int from pg_stat_database) as used`;

/**
 * Asks the server at the start of a process. Reports when the connections of this process do not fit beside those that
 * others have.
 * @param connections the most connections of this process
 * @throws ConfigError when the server's certificate is not accepted; a server that is away is no error
 */
export async function checkServer(query: Query, connections: number): Promise<void> {
  const asked = query<{ places: number; used: number }>(PLACES, []);
  const answer = await withTimeout(asked, ANSWER_MS).catch(refuseTlsFault);
  if (!Array.isArray(answer) || !answer[0]) return;
  const { places, used } = answer[0];
  if (used + connections > places) observe('database.connections.error', { places, used, connections });
}

function refuseTlsFault(error: NodeJS.ErrnoException): void {
  // Without a server, its Unix socket is a file that is missing.
  if (error.syscall === 'connect') return;
  const code = String(error.code);
  if (NOT_TRUSTED.test(code) || NO_FILE.test(code) || NO_TLS.test(error.message))
    throw new ConfigError(`DATABASE_URL: no TLS connection to the server: ${error.message}`);
}
