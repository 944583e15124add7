import { randomBytes } from 'node:crypto';
import { defineEntity, p } from '@mikro-orm/core';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { openColumn, sealColumn, type Vault } from '../account/privacy/vault.ts';

/** How long the previous secret also signs after a rotation, in milliseconds. */
const PREVIOUS_SECRET_MS = 86_400_000;

const WebhookSubscriptionSchema = defineEntity({
  name: 'WebhookSubscription',
  tableName: 'webhook_subscriptions',
  properties: {
    id: p.uuid().primary(),
    url: p.text(),
    events: p.array(),
    secret: p.text(),
    previousSecret: p.text().nullable(),
    previousUntil: p.datetime().nullable(),
    state: p.string().$type<'active' | 'disabled'>(),
    disabledBecause: p.string().$type<'by hand' | 'failing'>().nullable(),
    failingSince: p.datetime().nullable(),
    createdBy: p.uuid(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

interface Settings {
  url: string;
  events: string[];
}

/** A subscription to events: signed requests to a URL. The secrets are sealed. */
export class WebhookSubscription extends WebhookSubscriptionSchema.class {
  /** Creates an active subscription. @returns it with its secret, which is shown only once */
  static create(vault: Vault, of: Settings & { createdBy: string }, now: Date) {
    const none = { previousSecret: null, previousUntil: null, disabledBecause: null, failingSince: null };
    const times = { createdAt: now, updatedAt: now };
    const row = { id: newId(), ...of, ...none, state: 'active', version: 1, ...times };
    const subscription = Object.assign(new WebhookSubscription(), row);
    return { subscription, secret: subscription.setSecret(vault) };
  }

  /** Changes the given settings. Staff who enable a subscription end its failure. */
  change({ url, events, state }: Partial<Settings> & { state?: 'active' | 'disabled' | undefined }, now: Date): void {
    this.url = url ?? this.url;
    this.events = events ?? this.events;
    this.state = state ?? this.state;
    if (state === 'disabled') this.disabledBecause ??= 'by hand';
    if (state === 'active') {
      this.disabledBecause = null;
      this.failingSince = null;
    }
    this.updatedAt = now;
  }

  /** Replaces the secret; the previous one also signs for a day. @returns the new secret, which is shown only once */
  rotateSecret(vault: Vault, now: Date): string {
    const previous = openColumn(vault, this.secret, `webhook_subscriptions.secret:${this.id}`);
    this.previousSecret = sealColumn(vault, previous, `webhook_subscriptions.previous_secret:${this.id}`);
    this.previousUntil = new Date(now.getTime() + PREVIOUS_SECRET_MS);
    this.updatedAt = now;
    return this.setSecret(vault);
  }

  private setSecret(vault: Vault): string {
    const secret = `whsec_${randomBytes(32).toString('base64url')}`;
    this.secret = sealColumn(vault, secret, `webhook_subscriptions.secret:${this.id}`);
    return secret;
  }
}
WebhookSubscriptionSchema.setClass(WebhookSubscription);

/** Deletes a subscription with its deliveries. */
export const deleteSubscription = (tx: Tx, id: string): Promise<object[]> =>
  tx.query(`delete from webhook_subscriptions where id = $1`, [id]);
