import { Redis } from 'ioredis';
import { type Config, ConfigError } from '../config.ts';
import { errorFields, observe } from '../observability/log.ts';
import { TIMED_OUT, withTimeout } from '../with-timeout.ts';
import { type RedisAddress, type RedisHost, readRedisAddress } from './address.ts';
import { answersPing } from './tls-probe.ts';

/** The longest wait for the answer of one host, in milliseconds. */
const ANSWER_TIMEOUT_MS = 2_000;

type RedisSettings = Pick<Config<'web'>, 'REDIS_URL' | 'CACHE_REDIS_URL' | 'REDIS_CA'>;

/**
 * Checks that the settings fit the servers. Servers that do not answer are not checked: a process starts without them.
 * @throws ConfigError that names the setting and the right value.
 */
export async function checkRedisSettings(config: RedisSettings): Promise<void> {
  for (const setting of ['REDIS_URL', 'CACHE_REDIS_URL'] as const) {
    const url = config[setting];
    if (url) await checkUrl(setting, url, config.REDIS_CA);
  }
}

async function checkUrl(setting: string, url: string, ca: string | undefined): Promise<void> {
  const address = readRedisAddress(url);
  let failure: unknown;
  for (const host of address.hosts) {
    try {
      const problem = await problemOf(address, host, ca);
      if (problem === undefined) return;
      throw new ConfigError(`${setting}: ${host.host}:${host.port} ${problem}`);
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      failure = error;
    }
  }
  observe('redis.unchecked', { setting, ...errorFields(failure) });
}

/** @returns what is wrong with the setting; undefined if nothing is @throws Error when the host does not answer. */
async function problemOf(address: RedisAddress, host: RedisHost, ca: string | undefined): Promise<string | undefined> {
  const { mode, isTls, username, password, sentinelPassword } = address;
  const login = mode === 'sentinel' ? { password: sentinelPassword } : { username, password };
  const redis = new Redis({
    ...host,
    ...login,
    ...(isTls && { tls: ca ? { ca } : {} }),
    ...{ lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0, enableReadyCheck: false },
  });
  // What fails here also fails the commands.
  let failure: NodeJS.ErrnoException | undefined;
  redis.on('error', (error) => {
    failure ??= error;
  });
  try {
    const answer = await withTimeout(wrongMode(redis, address), ANSWER_TIMEOUT_MS);
    if (answer === TIMED_OUT) throw new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`);
    return answer;
  } catch (error) {
    const cause = failure ?? (error as NodeJS.ErrnoException);
    const problem = wrongAccess(cause, isTls);
    if (problem !== undefined) return problem;
    if (!(await answersPing(host, { hasTls: !isTls }))) throw cause;
    return isTls ? 'has no TLS: write redis instead of rediss' : 'expects TLS: write rediss instead of redis';
  } finally {
    redis.disconnect();
  }
}

async function wrongMode(redis: Redis, { mode, name = '', isTls }: RedisAddress): Promise<string | undefined> {
  await redis.connect();
  const scheme = isTls ? 'rediss' : 'redis';
  const actual = /^(?:redis|server)_mode:(\w+)/m.exec(await redis.info())?.[1];
  if (actual === 'cluster' && mode !== 'cluster')
    return `is a node of a Redis Cluster: write ${scheme}+cluster://host:port,host:port with some of its nodes`;
  if (actual === 'sentinel' && mode !== 'sentinel')
    return `is a Sentinel: write ${scheme}+sentinel://host:port,host:port/name with the name of the master`;
  if (actual === 'standalone' && mode === 'cluster')
    return `is no node of a Redis Cluster: write ${scheme}://host:port`;
  if (actual !== 'sentinel' && mode === 'sentinel') return `is no Sentinel: write ${scheme}://host:port`;
  if (mode !== 'sentinel' || (await redis.call('SENTINEL', 'get-master-addr-by-name', name)) !== null) return undefined;
  return `is a Sentinel that knows no master "${name}": write the name of its "sentinel monitor" line`;
}

/** Certificates that Node.js does not accept. */
const CERTIFICATE = /CERT|SIGNATURE|ISSUER/;

/** @returns undefined when no setting explains the error. */
function wrongAccess({ code = '', message }: NodeJS.ErrnoException, isTls: boolean): string | undefined {
  if (isTls && code.startsWith('ERR_SSL_')) return `does not accept the TLS connection (${message})`;
  if (isTls && CERTIFICATE.test(code))
    return `has a certificate that is not trusted (${message}): set REDIS_CA to the certificate of the authority that signed it, and use a host name that it contains`;
  if (/^(WRONGPASS|NOAUTH|NOPERM)|ERR AUTH/.test(message)) return `refuses the user or password (${message})`;
  return undefined;
}
