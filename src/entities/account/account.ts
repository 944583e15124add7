import { defineEntity, p } from '@mikro-orm/core';
import { cleanEmail } from '../../domain/contact-details.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { opened, sealed, type Vault } from './privacy/vault.ts';

export type AccountKind = 'customer' | 'staff';
export type AccountStatus = 'active' | 'blocked' | 'erased';

/** What is known of a person, in clear. */
export interface Person {
  email: string;
  name: string;
  phone: string | null;
}

export interface NewAccount extends Person {
  kind: AccountKind;
  /** argon2id; null until the person has chosen a password. */
  passwordHash: string | null;
  /** Staff only. */
  roleId?: string;
  /** Made by bin/seed with a password that everybody knows. */
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
    /** Whether one who signs in to the account has proved to read the mails to its address, and not only somebody. */
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

/** Somebody who can sign in: a customer, or a member of staff. What is personal is sealed in its columns. */
export class Account extends AccountSchema.class {
  /** Appends a new account. The commit fails as a duplicate when the e-mail address has one of this kind. */
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
    account.describe(vault, from);
    account.appendRow(tx);
    return account;
  }

  /** Whether TOTP was set up and proved to work. */
  get hasMfa(): boolean {
    return this.totpConfirmedAt != null;
  }

  /** The person in clear. @throws Error for an erased account, of which nothing is left. */
  person(vault: Vault): Person {
    if (this.email == null || this.name == null) throw new Error(`account ${this.id} is erased`);
    return {
      email: opened(vault, this.email, place('email', this.id)),
      name: opened(vault, this.name, place('name', this.id)),
      phone: opened(vault, this.phone ?? null, place('phone', this.id)),
    };
  }

  /** Writes down who the person is; another e-mail address has to be verified anew. */
  describe(vault: Vault, person: Person): void {
    const index = vault.indexOf(person.email);
    if (this.emailIndex !== index) Object.assign(this, { emailVerifiedAt: null, claimsGuestOrders: false });
    this.emailIndex = index;
    this.email = sealed(vault, cleanEmail(person.email), place('email', this.id));
    this.name = sealed(vault, person.name, place('name', this.id));
    this.phone = sealed(vault, person.phone, place('phone', this.id));
  }

  /** Keeps a TOTP secret that has yet to be proved. */
  offerTotp(vault: Vault, secret: string): void {
    this.totpSecret = sealed(vault, secret, place('totp_secret', this.id));
    this.totpConfirmedAt = null;
  }

  /** The TOTP secret in clear, if there is one. */
  totp(vault: Vault): string | null {
    return opened(vault, this.totpSecret ?? null, place('totp_secret', this.id));
  }

  removeTotp(): void {
    this.totpSecret = null;
    this.totpConfirmedAt = null;
  }

  /** Forgets the person. What refers to the account goes on doing so, and leads to nobody. */
  erase(): void {
    Object.assign(this, { status: 'erased', email: null, emailIndex: null, name: null, phone: null });
    Object.assign(this, { passwordHash: null, emailVerifiedAt: null, claimsGuestOrders: false });
    Object.assign(this, { totpSecret: null, totpConfirmedAt: null });
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

/** Where a column of an account is sealed for. */
export const place = (column: 'email' | 'name' | 'phone' | 'totp_secret', id: string): string =>
  `accounts.${column}:${id}`;
