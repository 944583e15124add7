import { expect } from 'chai';
import { readRedisAddress } from '../../../src/infra/redis/address.ts';
import { redisCaSchema } from '../../../src/infra/redis/settings.ts';

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

  it('may have an @ in its password, and every character as %XX', () => {
    expect(readRedisAddress('redis://:p@ss:w@rd@one').password).to.equal('p@ss:w@rd');
    const address = readRedisAddress('redis+sentinel://:a%2Fb+c@one/mymaster?sentinelPassword=a%26b+c');
    expect([address.password, address.sentinelPassword]).to.deep.equal(['a/b+c', 'a&b+c']);
  });

  for (const text of [
    'redis://:hunter2/x@one',
    'redis://:hunter2#x@one',
    'redis+cluster://:hunter2?x@one,two',
    'redis+cluster://:x/hunter2@one',
    'redis+sentinel://:hunter2%x@one/mymaster',
    'redis+sentinel://one/mymaster?sentinelPassword=a&hunter2',
  ]) {
    it(`is refused without a word of its password: ${text}`, () => {
      expect(() => readRedisAddress(text))
        .to.throw()
        .with.property('message')
        .that.does.not.include('hunter2');
    });
  }

  it('has certificates of authorities; what is none is refused without a word of it', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n';
    for (const text of [key, ` ${key}`, '/nowhere/hunter2.pem']) {
      const [issue] = redisCaSchema.safeParse(text).error?.issues ?? [];
      expect(issue?.message).to.include('no certificate in PEM').and.not.include('hunter2');
    }
  });

  for (const [text, reason] of [
    ['http://redis.example.com', 'must be a URL like redis://host:6379'],
    ['redis://', 'must be a URL like'],
    ['redis://one,two', 'must name one host, or be a URL like redis://host:6379, redis+cluster://'],
    ['redis+cluster://one,,two', 'host 2 cannot be read; write special characters of a password as %XX'],
    ['redis+cluster://one:x', 'host 1 cannot be read'],
    ['redis://:half%@one', 'has a % in its user or a password'],
    ['redis+sentinel://one/mymaster?sentinelPassword=half%', 'has a % in its user or a password'],
    ['redis+cluster://one/1', 'must end after the hosts'],
    ['redis+sentinel://one', 'must end with the name of the master'],
    ['redis+sentinel://one/mymaster?sentinelpassword=x', 'has an option other than sentinelPassword'],
  ] as const) {
    it(`is refused with a reason: ${text}`, () => {
      expect(() => readRedisAddress(text)).to.throw(reason);
    });
  }
});
