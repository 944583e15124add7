import { expect } from 'chai';
import { readRedisAddress } from '../../../src/infra/redis/address.ts';

describe('a Redis URL', () => {
  it('names one server', () => {
    expect(readRedisAddress('redis://redis.example.com')).to.deep.equal({
      mode: 'server',
      isTls: false,
      hosts: [{ host: 'redis.example.com', port: 6_379 }],
    });
    expect(readRedisAddress('rediss://:p%40ss@[::1]:6380/2?family=6')).to.deep.equal({
      mode: 'server',
      isTls: true,
      hosts: [{ host: '::1', port: 6_380 }],
      password: 'p@ss',
    });
  });

  it('names nodes of a cluster', () => {
    expect(readRedisAddress('rediss+cluster://shop:a:b@one:7000,two')).to.deep.equal({
      mode: 'cluster',
      isTls: true,
      hosts: [
        { host: 'one', port: 7_000 },
        { host: 'two', port: 6_379 },
      ],
      username: 'shop',
      password: 'a:b',
    });
  });

  it('names Sentinels and their master', () => {
    expect(readRedisAddress('redis+sentinel://:secret@one,two:26380/mymaster?sentinelPassword=other')).to.deep.equal({
      mode: 'sentinel',
      isTls: false,
      hosts: [
        { host: 'one', port: 26_379 },
        { host: 'two', port: 26_380 },
      ],
      password: 'secret',
      name: 'mymaster',
      sentinelPassword: 'other',
    });
  });

  for (const [text, reason] of [
    ['http://redis.example.com', 'must be a URL like redis://host:6379'],
    ['redis://', 'must be a URL like'],
    ['redis://one,two', 'must name one host, or be a URL like redis://host:6379, redis+cluster://'],
    ['redis+cluster://one,,two', '"" is not a host'],
    ['redis+cluster://one:x', '"one:x" is not a host'],
    ['redis+cluster://one/1', 'must end after the hosts'],
    ['redis+sentinel://one', 'must end with the name of the master'],
    ['redis+sentinel://one/mymaster?sentinelpassword=x', 'unknown option "sentinelpassword"'],
  ] as const) {
    it(`is refused with a reason: ${text}`, () => {
      expect(() => readRedisAddress(text)).to.throw(reason);
    });
  }
});
