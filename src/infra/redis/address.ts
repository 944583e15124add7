/** A host of a Redis URL; `host` is a name or an address. */
export interface RedisHost {
  host: string;
  port: number;
}

/** The parts of a Redis URL. */
export interface RedisAddress {
  /** `server`: one server; `cluster`: nodes of a Redis Cluster; `sentinel`: Sentinels, which know the master. */
  mode: 'server' | 'cluster' | 'sentinel';
  isTls: boolean;
  hosts: RedisHost[];
  username?: string;
  password?: string;
  /** The name that the Sentinels give the master. */
  name?: string;
  sentinelPassword?: string;
}

const URL_PARTS = /^redis(s?)(?:\+(cluster|sentinel))?:\/\/(?:([^/?#]*)@)?([^@/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const DEFAULT_PORTS = { server: 6_379, cluster: 6_379, sentinel: 26_379 };
const FORMS =
  'redis://host:6379, redis+cluster://host:6379,host:6379 or redis+sentinel://host:26379,host:26379/name (rediss: with TLS)';

/** Parses a Redis URL. @throws Error that says what is wrong; it quotes nothing, since any part may be one of a password. */
export function readRedisAddress(text: string): RedisAddress {
  const [whole, tls, kind, login = '', authority = '', path = '', query = ''] = URL_PARTS.exec(text) ?? [];
  if (whole === undefined) throw new Error(`must be a URL like ${FORMS}`);
  const mode = (kind ?? 'server') as RedisAddress['mode'];
  const hosts = authority.split(',').map((part, index) => hostOf(part, index + 1, DEFAULT_PORTS[mode]));
  if (mode === 'server' && hosts.length > 1) throw new Error(`must name one host, or be a URL like ${FORMS}`);
  const [username, ...rest] = login.split(':');
  const password = rest.join(':');
  return {
    ...{ mode, isTls: tls === 's', hosts },
    ...(username && { username: decoded(username) }),
    ...(password && { password: decoded(password) }),
    ...(mode === 'cluster' && restOfCluster(path, query)),
    ...(mode === 'sentinel' && restOfSentinel(path, query)),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('has a % in its user or a password that no two hexadecimal digits follow: write %25 for it');
  }
}

function hostOf(part: string, number: number, defaultPort: number): RedisHost {
  const url = URL.parse(`redis://${part}`);
  if (!url?.hostname)
    throw new Error(
      `must be a URL like ${FORMS}; host ${number} cannot be read; write special characters of a password as %XX`,
    );
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || defaultPort) };
}

function restOfCluster(path: string, query: string): Partial<RedisAddress> {
  if (path || query) throw new Error('must end after the hosts: a Redis Cluster has one database, and no options here');
  return {};
}

function restOfSentinel(path: string, query: string): Partial<RedisAddress> {
  if (!/^[\w.-]+$/.test(path))
    throw new Error('must end with the name of the master: redis+sentinel://host:26379/mymaster');
  const [whole, password] = /^(?:sentinelPassword=([^&]*))?$/.exec(query) ?? [];
  if (whole === undefined)
    throw new Error('has an option other than sentinelPassword; write special characters of a password as %XX');
  return { name: path, ...(password && { sentinelPassword: decoded(password) }) };
}
