/** The time zone of the shop. Days of invoices, schedules and analytics begin at its midnight. */
export const TIME_ZONE = 'Asia/Kolkata';
