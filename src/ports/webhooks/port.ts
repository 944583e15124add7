export interface Posting {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** The door out to whoever subscribed. */
export interface WebhookSender {
  /**
   * Posts a body and answers the status, whatever it is. Redirects are answers too: they are not followed.
   * @throws WebhookError when there was no answer.
   */
  post(posting: Posting): Promise<number>;
}

/** Why there was no answer, as a code: `TIMEOUT`, `ADDRESS_FORBIDDEN`, or the system's own, as `ECONNREFUSED`. */
export class WebhookError extends Error {
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super(`webhook: ${code}`, options);
    this.name = 'WebhookError';
    this.code = code;
  }
}
