import { CHECKOUT_TERMINAL_STATES } from '../../domain/states.ts';

/** The terminal states of a checkout without an order, for a list in SQL. */
export const TERMINAL_STATES_SQL = CHECKOUT_TERMINAL_STATES.map((state) => `'${state}'`).join(', ');
