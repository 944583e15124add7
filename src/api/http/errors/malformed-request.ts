import { randomUUID } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ERRORS, type ErrorCode } from '../../../domain/errors.ts';
import { errorFields, observe, observeSparingly } from '../../../infra/observability/log.ts';
import { NO_STORE } from '../respond.ts';

const CODES: Record<string, ErrorCode> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/** Milliseconds in which a client can read why it was refused, before its connection is cut. */
const FAREWELL_MS = 1_000;
const refused = new WeakSet<Duplex>();

/** Answers what is not HTTP, or came too slowly: there is no request yet that the app could answer. */
export function refuseMalformed(error: Error & { code?: string }, socket: Duplex): void {
  // What was refused may still be coming in.
  if (refused.has(socket)) return;
  if (error.code === 'ECONNRESET' || !socket.writable || isBeingAnswered(socket)) {
    socket.destroy();
    return;
  }
  const code = CODES[error.code ?? ''] ?? 'MALFORMED_REQUEST';
  observeSparingly('http.unreadable', { answered: code, reason: error.code });
  refuse(socket, code);
}

/** Answers what no step of the app would: a target that is no path, or an error in telling of an error. */
export function refuseUnroutable({ socket, headersSent }: ServerResponse, error: unknown): void {
  if (error) observe('http.failed', { route: 'none', ...errorFields(error) });
  if (!socket?.writable || headersSent) socket?.destroy();
  else refuse(socket, error ? 'INTERNAL_ERROR' : 'MALFORMED_REQUEST');
}

/** Node keeps the answer under way at the socket, as its own handling of such errors needs it. */
const isBeingAnswered = (socket: Duplex): boolean => {
  const answer: unknown = Reflect.get(socket, '_httpMessage');
  return answer instanceof Object && Reflect.get(answer, 'headersSent') === true;
};

function refuse(socket: Duplex, code: ErrorCode): void {
  refused.add(socket);
  const { status, type, message } = ERRORS[code];
  const requestId = randomUUID();
  const error = { code, type, message, details: {}, requestId, timestamp: new Date().toISOString() };
  const body = JSON.stringify({ error });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Cache-Control: ${NO_STORE}`,
    'X-Content-Type-Options: nosniff',
    `X-Request-Id: ${requestId}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // To cut it at once would take the answer from a client that is still sending; to wait for the client would never end.
  setTimeout(() => socket.destroy(), FAREWELL_MS).unref();
}
