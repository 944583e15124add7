import { expect } from 'chai';
import { readOptions } from '../../tools/dev/options.ts';

describe('the options of bin/dev', () => {
  const hostOf = (...given: string[]) => {
    const options = readOptions(given, '/shop');
    return options === 'help' ? options : options.host;
  };

  it('listen on this machine only, unless a host is given', () => {
    expect(hostOf()).to.equal('127.0.0.1');
    expect(['0.0.0.0', '::1', 'shop.local'].map((host) => hostOf('--host', host))).to.deep.equal([
      '0.0.0.0',
      '::1',
      'shop.local',
    ]);
    for (const wrong of ['', 'a b', 'http://shop.local']) {
      expect(() => hostOf('--host', wrong), wrong).to.throw('--host must be an IP address or the name of this machine');
    }
  });
});
