import { connect, createServer, type Socket } from 'node:net';
import { reservePort } from '../../tools/embedded/ports.ts';

/** An address that leads to a server, as a proxy or a name of a highly available database does. */
export interface MovingAddress {
  port: number;
  /** Leads to the server at another port from now on, and cuts the connections to the one before. */
  leadTo(port: number): void;
  close(): Promise<void>;
}

export async function openMovingAddress(first: number): Promise<MovingAddress> {
  let target = first;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one);
      one
        .on('error', () => undefined)
        .on('close', () => {
          open.delete(one);
          other.destroy();
        });
      one.pipe(other);
    }
  });
  const port = await reservePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    port,
    leadTo(next) {
      target = next;
      cut();
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
