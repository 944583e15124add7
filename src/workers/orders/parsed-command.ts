import type { CommandResult } from '../../entities/order/command.ts';
import type { Order } from '../../entities/order/order.ts';
import type { OrderEvent } from '../../machines/order.ts';

/** A prepared command: the event for the machine, and the work to do when the machine accepts the event. */
export interface Prepared {
  event: OrderEvent;
  /** @returns the created resources */
  perform?: () => Promise<CommandResult | undefined>;
  /** A second event, sent in the same transaction after the first one. */
  next?: OrderEvent;
}

/** An order command with its unparsed input. */
export interface OrderCommandContext {
  id: string;
  order: Order;
  work: object;
  actor: string;
  reason: string | null;
}

/** An order command with its parsed input. */
export interface ParsedCommand<Work> {
  id: string;
  order: Order;
  work: Work;
  reason: string | null;
}
