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

/** Milliseconds for the client to read the error before its connection is destroyed. */
const CLOSE_DELAY_MS = 1_000;
const refused = new WeakSet<Duplex>();

/** Answers input that is not HTTP or arrives too slowly: Express gets no request for it. */
export function refuseMalformed(error: Error & { code?: string }, socket: Duplex): void {
  // The rest of a refused request may still arrive.
  if (refused.has(socket)) return;
  if (error.code === 'ECONNRESET' || !socket.writable || isBeingAnswered(socket)) {
    socket.destroy();
    return;
  }
  const code = CODES[error.code ?? ''] ?? 'MALFORMED_REQUEST';
  observeSparingly('http.unreadable', { answered: code, reason: error.code });
  refuse(socket, code);
}

/** Answers requests that the app does not answer: a target that is not a path, or a failure of the error handler. */
export function refuseUnroutable({ socket, headersSent }: ServerResponse, error: unknown): void {
  if (error) observe('http.failed', { route: 'none', ...errorFields(error) });
  if (!socket?.writable || headersSent) socket?.destroy();
  else refuse(socket, error ? 'INTERNAL_ERROR' : 'MALFORMED_REQUEST');
}

/** Reads the running answer from a private property of Node.js, as Node's own handler of client errors does. */
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
  // A client that still sends would lose the answer if the socket were destroyed at once, and may never stop sending.
  setTimeout(() => socket.destroy(), CLOSE_DELAY_MS).unref();
}
