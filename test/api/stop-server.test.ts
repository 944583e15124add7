import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { expect } from 'chai';
import { GUEST } from '../../src/api/auth/principal.ts';
import { makeApp } from '../../src/api/http/app.ts';
import { serve, stopServer } from '../../src/api/server.ts';

describe('a server that stops', () => {
  it('does not wait for a connection that a client made in advance, and on which it has asked for nothing', async () => {
    const server = serve(makeApp([], { observe: () => undefined, authenticate: async () => GUEST }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
    const isClosed = once(socket, 'close');
    // Node itself would cut it after ten seconds, which is longer than this test may take.
    await stopServer(server, 0);
    await isClosed;
    expect(socket.bytesRead).to.equal(0);
  }).timeout(5_000);
});
