import { parseArgs } from 'node:util';
import { emailSchema, nameSchema } from '../src/api/fields/person-fields.ts';
import { audit, CONCEALED } from '../src/entities/access/audit.ts';
import { issueInvitation } from '../src/entities/access/invitation.ts';
import { Role } from '../src/entities/access/role.ts';
import { Account } from '../src/entities/account/account.ts';
import { accountToken } from '../src/entities/account/account-token.ts';
import { openVault, type Vault } from '../src/entities/account/privacy/vault.ts';
import { ENTITIES } from '../src/entities/schema.ts';
import { readConfig } from '../src/infra/config.ts';
import { openDatabase } from '../src/infra/database/database.ts';
import { type Tx, unitOfWork } from '../src/infra/database/unit-of-work.ts';
import { newId } from '../src/infra/ids.ts';
import { logger } from '../src/infra/observability/log.ts';

const USAGE = `Usage: bin/invite EMAIL [--name NAME] [--role ROLE]

Creates a staff account (default role: admin) without a password, and prints the address of the page to choose one,
with a token that works once, for 72 hours. It is for the first administrator of a shop, who invites all others
through the API. If it is run again for an account without a password, it issues a new token. Needs DATABASE_URL,
APP_SECRET and DATA_KEYS.`;

process.exitCode = await main();

async function main(): Promise<number> {
  const invitation = readArguments();
  if (!invitation) return 2;
  try {
    const config = readConfig('accounts');
    logger.level = config.LOG_LEVEL;
    const vault = openVault({ dataKeys: config.DATA_KEYS, secret: config.APP_SECRET });
    const db = await openDatabase({
      url: config.DATABASE_URL,
      entities: ENTITIES,
      connections: 1,
      namesStatements: false,
    });
    try {
      const id = await unitOfWork(db, 'invite', (tx) => invite(tx, vault, invitation));
      const token = accountToken(config.APP_SECRET, { id, purpose: 'invitation' });
      console.log(`${invitation.email} chooses a password at /ops/password?token=${token}`);
    } finally {
      await db.close();
    }
    return 0;
  } catch (error) {
    console.error(`bin/invite: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}

interface Invitation {
  email: string;
  name: string;
  role: string;
}

/** Reads the arguments; prints an error and returns null if they are wrong. */
function readArguments(): Invitation | null {
  try {
    const options = { name: { type: 'string' }, role: { type: 'string', default: 'admin' } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [given = '', ...others] = positionals;
    const email = emailSchema.safeParse(given);
    const name = nameSchema.safeParse(values.name ?? email.data?.split('@')[0]?.slice(0, 120));
    if (others.length === 0 && email.success && name.success) {
      return { email: email.data, name: name.data, role: values.role };
    }
    const wrong = others.length === 0 && email.success ? 'NAME must be one line' : 'EMAIL must be one e-mail address';
    console.error(`bin/invite: ${wrong}\n\n${USAGE}`);
  } catch (error) {
    console.error(`bin/invite: ${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
  return null;
}

/** @returns the id of the token. */
async function invite(tx: Tx, vault: Vault, { email, name, role: roleName }: Invitation): Promise<string> {
  const [role] = await tx.find(Role, { name: roleName });
  if (!role) throw new Error(`there is no role "${roleName}"; has the migrate process run?`);
  const existing = await tx.lock(Account, { kind: 'staff', emailIndex: vault.indexOf(email) });
  if (existing && existing.passwordHash !== null) throw new Error(`${email} has chosen a password already`);
  const person = { email, name, phone: null };
  const account =
    existing ?? Account.open(tx, vault, { kind: 'staff', ...person, roleId: role.id, passwordHash: null });
  audit(tx, {
    actor: { kind: 'system', id: null },
    action: existing ? 'staff.invite-again' : 'staff.invite',
    target: { type: 'staff', id: account.id },
    before: null,
    after: { email: CONCEALED, name: CONCEALED, role: role.name },
    requestId: `bin-invite-${newId()}`,
  });
  return issueInvitation(tx, account);
}
