import { createServer } from 'node:net';

const HOST = '127.0.0.1';

/**
 * A TCP port on the loopback interface that nobody listens on at this moment: the wished one when it is free,
 * else one that the system picks. The caller must bind it soon, for nothing holds it.
 */
export async function freePort(wished?: number): Promise<number> {
  if (wished) {
    const port = await tryBind(wished);
    if (port !== null) return port;
  }
  const port = await tryBind(0);
  if (port === null) throw new Error('the system has no free TCP port on 127.0.0.1');
  return port;
}

function tryBind(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.unref();
    server.once('error', () => resolve(null));
    server.listen({ port, host: HOST, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address ? address.port : null;
      server.close(() => resolve(bound));
    });
  });
}
