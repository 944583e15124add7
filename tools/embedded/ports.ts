import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { createServer } from 'node:net';

const HOST = '127.0.0.1';
/** Below the ephemeral ports, so that no client connection takes the port of a restarting server. */
const RANGE = { from: 20_000, to: 32_000 };
const ATTEMPTS = 100;

/** The UDP sockets of the ports that this process has reserved. */
const reserved = new Map<number, Socket>();

/**
 * Reserves a TCP port on the loopback interface: the wished one if it is free, otherwise another. The UDP port of the
 * same number stays bound until this process ends. It keeps other processes that reserve ports away, also while the
 * server restarts. `isOwn`: a server may reuse a port that this process has reserved for it.
 */
export async function reservePort(wished?: number, { isOwn = false } = {}): Promise<number> {
  if (wished && isOwn && reserved.has(wished) && (await isFree(wished))) return wished;
  if (wished && (await reserve(wished))) return wished;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(RANGE.from, RANGE.to);
    if (await reserve(port)) return port;
  }
  throw new Error(`no TCP port of ${RANGE.from} to ${RANGE.to} is free on ${HOST}`);
}

async function reserve(port: number): Promise<boolean> {
  const holder = await bindUdp(port);
  if (!holder) return false;
  if (await isFree(port)) {
    reserved.set(port, holder);
    return true;
  }
  holder.close();
  return false;
}

function bindUdp(port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.unref();
    socket.once('error', () => resolve(null));
    socket.bind({ port, address: HOST, exclusive: true }, () => resolve(socket));
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.unref();
    server.once('error', () => resolve(false));
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
