import { ERRORS, type ErrorCode } from '../../src/domain/errors.ts';
import { ADVICE } from './advice.ts';
import { codes, table } from './table.ts';

/** Renders docs/errors.md: every code with its status, family and advice. */
export function errorsPage(): string {
  const rows = (Object.keys(ERRORS) as ErrorCode[]).map((code) => {
    const { status, type, message } = ERRORS[code];
    const [met, todo] = ADVICE[code];
    return [codes([code]), String(status), type, met, message, todo];
  });
  return `${[
    '# Error codes',
    `Generated from \`src/domain/errors.ts\` by \`bin/states\`. A code never changes its meaning: clients branch on it, and show \`message\` to
developers only. Every failure has this shape:`,
    `\`\`\`json
{"error": {"code": "CART_EMPTY", "type": "BUSINESS_LOGIC_ERROR", "message": "The cart is empty.", "details": {"cartId": "…"}, "requestId": "…", "timestamp": "…"}}
\`\`\``,
    `Occurs as \`answer\`: the request was refused with this status, and nothing was changed. Occurs as \`reason\`: the request was accepted, and
the checkout ended without an order; \`reason\` and \`reasonDetails\` of the checkout say why (it is answered with 200). Occurs as \`command\`: the
command about an order was accepted and then refused; its \`error\` says why. \`reserved\`: not used yet. A 503 comes with \`Retry-After\`.`,
    table(['code', 'status', 'type', 'occurs as', 'message', 'what to do'], rows),
  ].join('\n\n')}\n`;
}
