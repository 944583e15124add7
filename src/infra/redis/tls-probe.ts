import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { RedisHost } from './address.ts';

const ANSWER_TIMEOUT_MS = 1_000;

/** Whether a Redis answers there, with TLS or without. Sends no password and trusts any certificate. */
export async function answersPing({ host, port }: RedisHost, { hasTls }: { hasTls: boolean }): Promise<boolean> {
  const socket = hasTls ? connectTls({ host, port, rejectUnauthorized: false }) : connect({ host, port });
  try {
    socket.write('PING\r\n');
    const [answer] = await once(socket, 'data', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    return /^[+-]/.test(String(answer));
  } catch {
    return false;
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}
