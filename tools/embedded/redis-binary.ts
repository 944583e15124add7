import { type SystemProgram, systemProgram } from './system-package.ts';

const REDIS: SystemProgram = {
  names: ['redis-server', 'valkey-server'],
  debian: { packages: ['redis-server', 'redis-tools'], binary: 'usr/bin/redis-server' },
  brew: ['valkey'],
};

/**
 * Returns REDIS_BIN, otherwise redis-server or valkey-server from the PATH, otherwise one from the system's packages.
 * Throws an error with instructions if there is none.
 */
export function redisBinary(log: (line: string) => void): string {
  const binary = process.env.REDIS_BIN || systemProgram(REDIS, log);
  if (binary) return binary;
  throw new Error(
    'no Redis server found: install it (Debian, Ubuntu: sudo apt-get install redis-server; macOS: brew install valkey), ' +
      'or set REDIS_BIN to a redis-server or valkey-server, or REDIS_URL to a running one',
  );
}
