/** Below `deadlock_timeout` (1 s): DDL gives up before PostgreSQL ends the transaction of a purchase. */
const LOCK_TIMEOUT_MS = 500;
const ATTEMPTS = 60;

/**
 * SQL that runs DDL statements together, and repeats them until they get their locks: writers wait at most half a second in a row.
 * Its transaction should hold no other locks. @throws 55P03 when the locks were not free in 60 attempts
 */
export const patiently = (statements: string): string => `do $patiently$ begin
  for attempt in 1..${ATTEMPTS} loop
    begin
      set local lock_timeout = ${LOCK_TIMEOUT_MS};
      ${statements};
      return;
    exception when lock_not_available or deadlock_detected then
      if attempt = ${ATTEMPTS} then raise; end if;
    end;
    perform pg_sleep(1);
  end loop;
end $patiently$`;
