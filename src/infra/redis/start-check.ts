import { Redis } from 'ioredis';
import { type Config, ConfigError } from '../config.ts';
import { NOT_TRUSTED } from '../network/untrusted-certificate.ts';
import { errorFields, observe } from '../observability/log.ts';
import { TIMED_OUT, withTimeout } from '../with-timeout.ts';
import { type RedisAddress, type RedisHost, readRedisAddress } from './address.ts';
import { answersPing } from './tls-probe.ts';

/** The longest wait for the answer of one host, in milliseconds. */
const ANSWER_TIMEOUT_MS = 2_000;

type RedisSettings = Pick<Config<'web'>, 'REDIS_URL' | 'CACHE_REDIS_URL' | 'REDIS_CA'>;

/**
 * Checks that the settings fit the servers. Servers that do not answer are not checked: a process starts without them.
 * @throws ConfigError that names every wrong setting and the right value.
 */
export async function checkRedisSettings(config: RedisSettings): Promise<void> {
  const problems: string[] = [];
  for (const setting of ['REDIS_URL', 'CACHE_REDIS_URL'] as const) {
    const url = config[setting];
    const problem = url && (await problemAt(setting, url, config.REDIS_CA));
    if (problem) problems.push(`${setting}: ${problem}`);
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
}

async function problemAt(setting: string, url: string, ca: string | undefined): Promise<string | undefined> {
  const address = readRedisAddress(url);
  let failure: unknown;
  for (const host of address.hosts) {
    try {
      const problem = await problemOf({ url, address, ca }, host);
      return problem && `${host.host}:${host.port} ${problem}`;
    } catch (error) {
      failure = error;
    }
  }
  observe('redis.unchecked', { setting, ...errorFields(failure) });
  return undefined;
}

interface Target {
  url: string;
  address: RedisAddress;
  ca: string | undefined;
}

/** @returns what is wrong with the setting; undefined if nothing is @throws Error when the host does not answer. */
async function problemOf(target: Target, host: RedisHost): Promise<string | undefined> {
  const { address } = target;
  const { isTls } = address;
  const redis = clientOf(target, host);
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

/** A client that sends what the connections of the process will send; to a Sentinel the login of the Sentinels. */
function clientOf({ url, address, ca }: Target, host: RedisHost): Redis {
  const { mode, isTls, username, password, sentinelPassword } = address;
  const options = {
    ...(isTls && { tls: ca ? { ca } : {} }),
    ...{ lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0, enableReadyCheck: false },
  };
  if (mode === 'server') return new Redis(url, options);
  const login = mode === 'sentinel' ? { password: sentinelPassword } : { username, password };
  return new Redis({ ...host, ...login, ...options });
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

/** @returns undefined when no setting explains the error. */
function wrongAccess({ code = '', message }: NodeJS.ErrnoException, isTls: boolean): string | undefined {
  if (isTls && code.startsWith('ERR_SSL_')) return `does not accept the TLS connection (${message})`;
  if (isTls && NOT_TRUSTED.test(code))
    return `has a certificate that is not trusted (${message}): set REDIS_CA to the certificate of the authority that signed it, and use a host name that it contains`;
  if (/^(WRONGPASS|NOAUTH|NOPERM)|ERR AUTH/.test(message)) return `refuses the user or password (${message})`;
  return undefined;
}
