export interface WebhookRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** Sends webhooks to subscribers. */
export interface WebhookSender {
  /**
   * Posts a body and returns the HTTP status. Does not follow redirects.
   * @throws WebhookError when there was no response.
   */
  post(request: WebhookRequest): Promise<number>;
}

/**
 * Why there was no response, as a code: `TIMEOUT`, `HTTPS_REQUIRED`, `ADDRESS_FORBIDDEN`, or a system error such as
 * `ECONNREFUSED`.
 */
export class WebhookError extends Error {
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super(`webhook: ${code}`, options);
    this.name = 'WebhookError';
    this.code = code;
  }
}
