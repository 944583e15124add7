import type { Query } from '../../infra/database/query.ts';

export interface CountedMail {
  /** What counts once, however often it comes: the command of one mail, or an account with all its mails. */
  id: string;
  /** Blind index of the recipient's address, with what else is counted apart. */
  addressIndex: string;
  /** Each topic has a limit of its own: mails about accounts use up nothing of those about purchases. */
  topic: 'account' | 'purchase';
}

/** The reason that is stored with a mail over the limit, which is not sent. */
export const TOO_MANY_MAILS = 'too many mails to this address today';

/**
 * Counts a mail against the limit of its address for this day (UTC). What was counted before passes. The count outlives an erased account: else erasing and registering again would begin it anew.
 * @returns false when `most` others were counted today.
 */
export async function countEmail(query: Query, mail: CountedMail, most: number): Promise<boolean> {
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
