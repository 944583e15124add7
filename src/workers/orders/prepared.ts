import type { CommandResult } from '../../entities/order/command.ts';
import type { Order } from '../../entities/order/order.ts';
import type { OrderEvent } from '../../machines/order.ts';

/** What a command comes to: the event for the machine, and what is to be done when the machine takes it. */
export interface Prepared {
  event: OrderEvent;
  /** @returns what it made */
  perform?: () => Promise<CommandResult | undefined>;
  /** An event that is true as soon as the first one is: it follows in the same transaction. */
  next?: OrderEvent;
}

export interface Asked {
  order: Order;
  work: object;
  actor: string;
  reason: string | null;
}

/** The same with the work as its schema reads it. */
export interface LineRequest<Work> {
  order: Order;
  work: Work;
  reason: string | null;
}
