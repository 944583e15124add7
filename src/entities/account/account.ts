import { defineEntity, p } from '@mikro-orm/core';
import { cleanEmail } from '../../domain/contact-details.ts';
import { refused } from '../../domain/errors.ts';
import { isDuplicate } from '../../infra/database/database.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { revokeSessions } from '../access/session.ts';
import { openColumn, sealColumn, type Vault } from './privacy/vault.ts';

export type AccountKind = 'customer' | 'staff';
export type AccountStatus = 'active' | 'blocked' | 'erased';

/** The personal data of an account in clear text. */
export interface PersonalDetails {
  email: string;
  name: string;
  phone: string | null;
}

/** An address that an account had until now. */
export interface FormerEmail {
  email: string;
  emailIndex: string;
  isVerified: boolean;
}

export interface NewAccount extends PersonalDetails {
  kind: AccountKind;
  /** argon2id; null until the person has chosen a password. */
  passwordHash: string | null;
  /** Staff only. */
  roleId?: string;
  /** Created by bin/seed with a public password. */
  isDevelopment?: boolean;
}

const AccountSchema = defineEntity({
  name: 'Account',
  tableName: 'accounts',
  properties: {
    id: p.uuid().primary(),
    kind: p.string().$type<AccountKind>(),
    status: p.string().$type<AccountStatus>(),
    email: p.text().nullable(),
    emailIndex: p.text().nullable(),
    name: p.text().nullable(),
    phone: p.text().nullable(),
    passwordHash: p.text().nullable(),
    emailVerifiedAt: p.datetime().nullable(),
    /** Whether a signed-in user of this account has proved to read the emails to its address. */
    claimsGuestOrders: p.boolean(),
    roleId: p.uuid().nullable(),
    isDevelopment: p.boolean(),
    totpSecret: p.text().nullable(),
    totpConfirmedAt: p.datetime().nullable(),
    totpLastStep: p.bigint('number'),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

/** The account of a customer or staff member. Personal columns are sealed. */
export class Account extends AccountSchema.class {
  /** Appends a new account. The commit fails as a duplicate if an account of this kind has the email address. */
  static open(tx: Tx, vault: Vault, from: NewAccount): Account {
    const account = new Account();
    const { kind, passwordHash, roleId = null, isDevelopment = false } = from;
    const times = {
      createdAt: tx.now,
      updatedAt: tx.now,
      emailVerifiedAt: null,
      claimsGuestOrders: false,
      totpConfirmedAt: null,
    };
    Object.assign(account, { id: newId(), kind, status: 'active', passwordHash, roleId, isDevelopment, version: 1 });
    Object.assign(account, times, { totpSecret: null, totpLastStep: 0 });
    account.setPerson(vault, from);
    account.appendRow(tx);
    return account;
  }

  /** Whether TOTP is set up and confirmed. */
  get hasMfa(): boolean {
    return this.totpConfirmedAt != null;
  }

  /** Decrypts the personal data. @throws Error for an erased account, which has none. */
  person(vault: Vault): PersonalDetails {
    if (this.email == null || this.name == null) throw new Error(`account ${this.id} is erased`);
    return {
      email: openColumn(vault, this.email, place('email', this.id)),
      name: openColumn(vault, this.name, place('name', this.id)),
      phone: openColumn(vault, this.phone ?? null, place('phone', this.id)),
    };
  }

  /** Sets the personal data. A new email address must be verified again. */
  setPerson(vault: Vault, person: PersonalDetails): void {
    const index = vault.indexOf(person.email);
    if (this.emailIndex !== index) Object.assign(this, { emailVerifiedAt: null, claimsGuestOrders: false });
    this.emailIndex = index;
    this.email = sealColumn(vault, cleanEmail(person.email), place('email', this.id));
    this.name = sealColumn(vault, person.name, place('name', this.id));
    this.phone = sealColumn(vault, person.phone, place('phone', this.id));
  }

  /** Changes the given personal data. @returns the former email address, if it changed. */
  changePerson(
    vault: Vault,
    changes: { [K in keyof PersonalDetails]?: PersonalDetails[K] | undefined },
    now: Date,
  ): FormerEmail | undefined {
    const person = this.person(vault);
    const { email, emailIndex } = { ...person, emailIndex: this.emailIndex ?? '' };
    const former = { email, emailIndex, isVerified: this.emailVerifiedAt !== null };
    this.setPerson(vault, { ...person, ...changes });
    this.updatedAt = now;
    return this.emailIndex === emailIndex ? undefined : former;
  }

  /** Marks the email address as verified. Its reader and the owner of the account may be different people. */
  verifyEmail(now: Date): void {
    this.emailVerifiedAt ??= now;
  }

  /** Marks the email address as verified by the owner of the account: a customer then gets the guest orders with it. */
  verifyEmailOfOwner(now: Date): void {
    this.verifyEmail(now);
    if (this.kind === 'customer') this.claimsGuestOrders = true;
  }

  /** Whether the owner of the account has proved to read the emails to its address. */
  get isEmailOfOwner(): boolean {
    return this.emailVerifiedAt != null && (this.claimsGuestOrders || this.kind !== 'customer');
  }

  /** Sets the argon2id hash of a new password. */
  setPasswordHash(passwordHash: string, now: Date): void {
    this.passwordHash = passwordHash;
    this.updatedAt = now;
  }

  /** Blocks the account and revokes its sessions. @throws ACCOUNT_STATE_CONFLICT if it is blocked */
  async block(tx: Tx): Promise<void> {
    this.setStatus('blocked', tx.now);
    await revokeSessions(tx, { accountId: this.id, because: 'blocked' });
  }

  /** @throws ACCOUNT_STATE_CONFLICT if it is active */
  unblock(now: Date): void {
    this.setStatus('active', now);
  }

  /** Stores a TOTP secret that is not confirmed yet. @throws MFA_ALREADY_SET_UP */
  offerTotp(vault: Vault, secret: string, now: Date): void {
    if (this.hasMfa) throw refused('MFA_ALREADY_SET_UP');
    this.totpSecret = sealColumn(vault, secret, place('totp_secret', this.id));
    this.totpConfirmedAt = null;
    this.updatedAt = now;
  }

  confirmTotp(now: Date): void {
    this.totpConfirmedAt = now;
    this.updatedAt = now;
  }

  /** Decrypts the TOTP secret, if there is one. */
  totp(vault: Vault): string | null {
    return openColumn(vault, this.totpSecret ?? null, place('totp_secret', this.id));
  }

  removeTotp(now: Date): void {
    this.totpSecret = null;
    this.totpConfirmedAt = null;
    this.updatedAt = now;
  }

  /** Deletes the personal data. References to the account stay valid but identify nobody. */
  erase(): void {
    Object.assign(this, { status: 'erased', email: null, emailIndex: null, name: null, phone: null });
    Object.assign(this, { passwordHash: null, emailVerifiedAt: null, claimsGuestOrders: false });
    Object.assign(this, { totpSecret: null, totpConfirmedAt: null });
  }

  private setStatus(status: 'active' | 'blocked', now: Date): void {
    if (this.status === status) throw refused('ACCOUNT_STATE_CONFLICT', { status });
    this.status = status;
    this.updatedAt = now;
  }

  private appendRow(tx: Tx): void {
    tx.append('accounts', {
      id: this.id,
      kind: this.kind,
      status: this.status,
      email: this.email,
      email_index: this.emailIndex,
      name: this.name,
      phone: this.phone,
      password_hash: this.passwordHash,
      role_id: this.roleId,
      is_development: this.isDevelopment,
      totp_last_step: this.totpLastStep,
      version: this.version,
      created_at: this.createdAt,
      updated_at: this.updatedAt,
    });
  }
}
AccountSchema.setClass(Account);

/** Rethrows a violation of the unique email address as a refusal. @throws EMAIL_TAKEN */
export const refuseTakenEmail = (error: unknown): never => {
  throw isDuplicate(error) ? refused('EMAIL_TAKEN') : error;
};

/** The encryption context of a column of an account. */
export const place = (column: 'email' | 'name' | 'phone' | 'totp_secret', id: string): string =>
  `accounts.${column}:${id}`;
