import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { useAgent } from 'request-filtering-agent';
import { WebhookError, type WebhookRequest, type WebhookSender } from './port.ts';

/** Timeout of a response, in milliseconds. */
const TIMEOUT_MS = 5_000;

/**
 * Posts webhooks over HTTP. With `onlyPublic`, as in production, it allows only HTTPS and public addresses. It checks
 * the address when it connects, so that a changed DNS record cannot bypass the check.
 */
export const httpSender = ({ onlyPublic }: { onlyPublic: boolean }): WebhookSender => ({
  post: ({ url, headers, body }: WebhookRequest) =>
    new Promise((resolve, reject) => {
      const isHttps = new URL(url).protocol === 'https:';
      if (onlyPublic && !isHttps) return reject(new WebhookError('HTTPS_REQUIRED'));
      const allowPrivateIPAddress = !onlyPublic;
      const agent = useAgent(url, { allowPrivateIPAddress, allowMetaIPAddress: allowPrivateIPAddress });
      const options = { method: 'POST', agent, headers: { ...headers, 'Content-Length': Buffer.byteLength(body) } };
      const request = (isHttps ? requestHttps : requestHttp)(url, options, (response) => {
        // Only the status counts: discard the body.
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
