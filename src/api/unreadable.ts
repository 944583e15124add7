import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { ERRORS, type ErrorCode } from '../domain/errors.ts';

const CODES: Record<string, ErrorCode> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/** Answers what is not HTTP, or came too slowly: there is no request yet that the app could answer. */
export function refuseUnreadable(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = CODES[error.code ?? ''] ?? 'MALFORMED_REQUEST';
  const { status, type, message } = ERRORS[code];
  const facts = { code, type, message, details: {}, requestId: randomUUID(), timestamp: new Date().toISOString() };
  const body = JSON.stringify({ error: facts });
  const head = [
    `HTTP/1.1 ${status} ${code}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
