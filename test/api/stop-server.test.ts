import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { expect } from 'chai';
import { z } from 'zod';
import { GUEST } from '../../src/api/auth/principal.ts';
import { makeApp } from '../../src/api/http/app.ts';
import { type AnyRoute, route } from '../../src/api/http/route.ts';
import { closeAfterAnswer, serve, stopServer } from '../../src/api/server.ts';

/** A server with these routes, which listens. @returns it and its port */
async function listening(routes: AnyRoute[]) {
  const server = serve(makeApp(routes, { observe: () => undefined, authenticate: async () => GUEST }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

describe('a server that stops', () => {
  it('closes the connection of a request that came before, and of one that comes after', async () => {
    const arrived = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const held = route({
      method: 'get',
      path: '/held',
      permission: 'public',
      access: 'public',
      limit: 'none',
      tag: 'Operations',
      summary: 'Answer when released',
      answers: { 200: { description: 'Released', schema: z.object({}) } },
      async handle() {
        arrived.resolve();
        await released.promise;
        return { status: 200, body: {} };
      },
    });
    const { server, port } = await listening([held]);
    const connectionOf = async () => (await fetch(`http://127.0.0.1:${port}/held`)).headers.get('connection');
    const before = connectionOf();
    await arrived.promise;
    closeAfterAnswer(server);
    const after = connectionOf();
    released.resolve();
    expect(await Promise.all([before, after])).to.deep.equal(['close', 'close']);
    await stopServer(server, 0);
  });

  it('does not wait for a connection that a client made in advance, and on which it has asked for nothing', async () => {
    const { server, port } = await listening([]);
    const socket = connect(port, '127.0.0.1');
    await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
    const isClosed = once(socket, 'close');
    // Node itself would cut it after ten seconds, which is longer than this test may take.
    await stopServer(server, 0);
    await isClosed;
    expect(socket.bytesRead).to.equal(0);
  }).timeout(5_000);
});
