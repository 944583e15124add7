import type { Query } from '../../infra/database/query.ts';

export interface CountedEmail {
  /** Counts once, even on retries: the id of the email's command, or of the account for all its emails. */
  id: string;
  /** Blind index of the recipient's address, with a suffix where emails are counted separately. */
  addressIndex: string;
  /** Each topic has its own limit: emails about accounts do not use up the limit of emails about purchases. */
  topic: 'account' | 'purchase';
}

/** The stored reason for not sending an email over the limit. */
export const TOO_MANY_EMAILS = 'too many mails to this address today';

/**
 * Counts an email against the limit of its address for this day (UTC). An id that was counted before passes. The count
 * outlives an erased account: otherwise erasing and registering again would reset it.
 * @returns false if `most` other ids were counted today.
 */
export async function countEmail(query: Query, mail: CountedEmail, most: number): Promise<boolean> {
  const counted = await query(
    `insert into mail_counts as c (day, address_index, topic, command_ids)
      values ((now() at time zone 'UTC')::date, $1, $2, array[$3::uuid])
      on conflict (day, address_index, topic) do update set command_ids =
          case when $3 = any(c.command_ids) then c.command_ids else c.command_ids || $3::uuid end
        where $3 = any(c.command_ids) or cardinality(c.command_ids) < $4
      returning 1`,
    [mail.addressIndex, mail.topic, mail.id, most],
  );
  return counted.length > 0;
}
