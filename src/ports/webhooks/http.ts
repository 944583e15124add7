import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { useAgent } from 'request-filtering-agent';
import { type Posting, WebhookError, type WebhookSender } from './port.ts';

/** A receiver has so long to answer, in milliseconds. */
const TIMEOUT_MS = 5_000;

/**
 * Posts over HTTP. With `onlyPublic`, as in production, it speaks HTTPS only and never to an address of our own network:
 * the address is looked at when the connection is made, so a name cannot point elsewhere by then.
 */
export const httpSender = ({ onlyPublic }: { onlyPublic: boolean }): WebhookSender => ({
  post: ({ url, headers, body }: Posting) =>
    new Promise((resolve, reject) => {
      const isHttps = new URL(url).protocol === 'https:';
      if (onlyPublic && !isHttps) return reject(new WebhookError('HTTPS_REQUIRED'));
      const allowPrivateIPAddress = !onlyPublic;
      const agent = useAgent(url, { allowPrivateIPAddress, allowMetaIPAddress: allowPrivateIPAddress });
      const options = { method: 'POST', agent, headers: { ...headers, 'Content-Length': Buffer.byteLength(body) } };
      const request = (isHttps ? requestHttps : requestHttp)(url, options, (response) => {
        // What a receiver says is its own business; only the status counts.
        response.resume();
        clearTimeout(timer);
        resolve(response.statusCode ?? 0);
        response.destroy();
      });
      const timer = setTimeout(() => request.destroy(new WebhookError('TIMEOUT')), TIMEOUT_MS);
      request.once('error', (cause: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        reject(cause instanceof WebhookError ? cause : new WebhookError(codeOf(cause), { cause }));
      });
      request.end(body);
    }),
});

const codeOf = ({ code, message }: NodeJS.ErrnoException): string => {
  if (/It is private IP address|It is meta IP address|defined in denyIPAddressList/.test(message))
    return 'ADDRESS_FORBIDDEN';
  return code ?? 'UNREACHABLE';
};
