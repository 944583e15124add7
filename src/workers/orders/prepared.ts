import type { Order } from '../../entities/order.ts';
import type { CommandResult } from '../../entities/orders/command.ts';
import type { OrderEvent } from '../../machines/order.ts';

/** What a command comes to: the event for the machine, and what is to be done when the machine takes it. */
export interface Prepared {
  event: OrderEvent;
  /** `left`: paise that may still be refunded. @returns what it made */
  perform?: (left: number) => Promise<CommandResult | undefined>;
}

export interface Asked {
  order: Order;
  work: object;
  actor: string;
  reason: string | null;
}
