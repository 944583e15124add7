import { setTimeout as pause } from 'node:timers/promises';
import { Migration001Catalogue } from '../../migrations/001_catalogue.ts';
import { Migration002Inventory } from '../../migrations/002_inventory.ts';
import { Migration003Checkouts } from '../../migrations/003_checkouts.ts';
import { Migration004Payments } from '../../migrations/004_payments.ts';
import { Migration005Orders } from '../../migrations/005_orders.ts';
import { Migration006Delivery } from '../../migrations/006_delivery.ts';
import { Migration007People } from '../../migrations/007_people.ts';
import { Migration008Catalogue } from '../../migrations/008_catalogue.ts';
import { Migration009Pricing } from '../../migrations/009_pricing.ts';
import { Migration010Imports } from '../../migrations/010_imports.ts';
import { Migration011Orders } from '../../migrations/011_orders.ts';
import { Migration012Invoices } from '../../migrations/012_invoices.ts';
import { Migration013Webhooks } from '../../migrations/013_webhooks.ts';
import { Migration014Reconciliation } from '../../migrations/014_reconciliation.ts';
import { Migration015Reviews } from '../../migrations/015_reviews.ts';
import { Migration016Caching } from '../../migrations/016_caching.ts';
import { Migration017Offers } from '../../migrations/017_offers.ts';
import { Migration018Retention } from '../../migrations/018_retention.ts';
import { Migration019SearchAndOrder } from '../../migrations/019_search_and_order.ts';
import { Migration020MailsAndRetention } from '../../migrations/020_mails_and_retention.ts';
import { Migration021Holds } from '../../migrations/021_holds.ts';
import { Migration022AccountRecovery } from '../../migrations/022_account_recovery.ts';
import { Migration023CommandResults } from '../../migrations/023_command_results.ts';
import { Migration024DeliveryShares } from '../../migrations/024_delivery_shares.ts';
import { Migration025CreditNotes } from '../../migrations/025_credit_notes.ts';
import { Migration026Units } from '../../migrations/026_units.ts';
import { Migration027GuestOrders } from '../../migrations/027_guest_orders.ts';
import { Migration028PricesAndQuotes } from '../../migrations/028_prices_and_quotes.ts';
import { Migration029AddressOwners } from '../../migrations/029_address_owners.ts';
import { Migration030UnansweredCalls } from '../../migrations/030_unanswered_calls.ts';
import { Migration031OffersVersion } from '../../migrations/031_offers_version.ts';
import { Migration032StaleRows } from '../../migrations/032_stale_rows.ts';
import { Migration033SessionSettings } from '../../migrations/033_session_settings.ts';
import { Migration034SalesRollUps } from '../../migrations/034_sales_roll_ups.ts';
import { Migration035PurchaseLists } from '../../migrations/035_purchase_lists.ts';
import { Migration036ConversionAndBestsellers } from '../../migrations/036_conversion_and_bestsellers.ts';
import { Migration037Traces } from '../../migrations/037_traces.ts';
import { Migration038FailedDeliveries } from '../../migrations/038_failed_deliveries.ts';
import { Migration039DeclinedPayments } from '../../migrations/039_declined_payments.ts';
import { Migration040OneIndexOfReturns } from '../../migrations/040_one_index_of_returns.ts';
import { Migration043BatchesOfCheckouts } from '../../migrations/043_batches_of_checkouts.ts';
import { Migration044VerificationCheckpoint } from '../../migrations/044_verification_checkpoint.ts';
import { Migration045PackedSnapshots } from '../../migrations/045_packed_snapshots.ts';
import { Migration046ProductWords } from '../../migrations/046_product_words.ts';
import { Migration047ParkedCommands } from '../../migrations/047_parked_commands.ts';
import { Migration048ListFilters } from '../../migrations/048_list_filters.ts';
import { Migration049ConversionDays } from '../../migrations/049_conversion_days.ts';
import { Migration050KeptRows } from '../../migrations/050_kept_rows.ts';
import { Migration052TraceIds } from '../../migrations/052_trace_ids.ts';
import { Migration053FrequentWords } from '../../migrations/053_frequent_words.ts';
import type { Database } from '../infra/database/database.ts';
import { ApiKey } from './access/api-key.ts';
import { Role, syncBuiltinRoles } from './access/role.ts';
import { Account } from './account/account.ts';
import { SavedAddress } from './account/address.ts';
import { CustomerGroup } from './account/customer-group.ts';
import { Cart, CartItem } from './cart/cart.ts';
import { Product } from './catalogue/product.ts';
import { ProductCollection } from './catalogue/product-collection.ts';
import { Variant } from './catalogue/variant.ts';
import { Checkout } from './checkout/checkout.ts';
import { Import } from './import/import.ts';
import { preparePartitionsFor } from './monthly-tables.ts';
import { Bundle } from './offers/bundle.ts';
import { Discount } from './offers/discount.ts';
import { PriceList } from './offers/price-list.ts';
import { PricingRule } from './offers/pricing-rule.ts';
import { ShippingMethod } from './offers/shipping-method.ts';
import { Order } from './order/order.ts';
import { Refund } from './order/refunds/refund.ts';
import { Return } from './order/refunds/return.ts';
import { Shipment } from './order/shipment.ts';
import { Payment } from './payment/payment.ts';
import { Discrepancy } from './reconciliation/discrepancy.ts';
import { ReconciliationRun } from './reconciliation/run.ts';
import { Review } from './review/review.ts';
import { WebhookSubscription } from './webhook/subscription.ts';

/** All aggregates and their rows. */
export const ENTITIES = [
  Account,
  ApiKey,
  Bundle,
  Cart,
  CartItem,
  Checkout,
  CustomerGroup,
  Discount,
  Discrepancy,
  Import,
  Order,
  Payment,
  PriceList,
  PricingRule,
  Product,
  ProductCollection,
  ReconciliationRun,
  Refund,
  Return,
  Review,
  Role,
  SavedAddress,
  Shipment,
  ShippingMethod,
  Variant,
  WebhookSubscription,
];

/** All migrations in their order. */
export const MIGRATIONS = [
  { name: '001_catalogue', class: Migration001Catalogue },
  { name: '002_inventory', class: Migration002Inventory },
  { name: '003_checkouts', class: Migration003Checkouts },
  { name: '004_payments', class: Migration004Payments },
  { name: '005_orders', class: Migration005Orders },
  { name: '006_delivery', class: Migration006Delivery },
  { name: '007_people', class: Migration007People },
  { name: '008_catalogue', class: Migration008Catalogue },
  { name: '009_pricing', class: Migration009Pricing },
  { name: '010_imports', class: Migration010Imports },
  { name: '011_orders', class: Migration011Orders },
  { name: '012_invoices', class: Migration012Invoices },
  { name: '013_webhooks', class: Migration013Webhooks },
  { name: '014_reconciliation', class: Migration014Reconciliation },
  { name: '015_reviews', class: Migration015Reviews },
  { name: '016_caching', class: Migration016Caching },
  { name: '017_offers', class: Migration017Offers },
  { name: '018_retention', class: Migration018Retention },
  { name: '019_search_and_order', class: Migration019SearchAndOrder },
  { name: '020_mails_and_retention', class: Migration020MailsAndRetention },
  { name: '021_holds', class: Migration021Holds },
  { name: '022_account_recovery', class: Migration022AccountRecovery },
  { name: '023_command_results', class: Migration023CommandResults },
  { name: '024_delivery_shares', class: Migration024DeliveryShares },
  { name: '025_credit_notes', class: Migration025CreditNotes },
  { name: '026_units', class: Migration026Units },
  { name: '027_guest_orders', class: Migration027GuestOrders },
  { name: '028_prices_and_quotes', class: Migration028PricesAndQuotes },
  { name: '029_address_owners', class: Migration029AddressOwners },
  { name: '030_unanswered_calls', class: Migration030UnansweredCalls },
  { name: '031_offers_version', class: Migration031OffersVersion },
  { name: '032_stale_rows', class: Migration032StaleRows },
  { name: '033_session_settings', class: Migration033SessionSettings },
  { name: '034_sales_roll_ups', class: Migration034SalesRollUps },
  { name: '035_purchase_lists', class: Migration035PurchaseLists },
  { name: '036_conversion_and_bestsellers', class: Migration036ConversionAndBestsellers },
  { name: '037_traces', class: Migration037Traces },
  { name: '038_failed_deliveries', class: Migration038FailedDeliveries },
  { name: '039_declined_payments', class: Migration039DeclinedPayments },
  { name: '040_one_index_of_returns', class: Migration040OneIndexOfReturns },
  { name: '043_batches_of_checkouts', class: Migration043BatchesOfCheckouts },
  { name: '044_verification_checkpoint', class: Migration044VerificationCheckpoint },
  { name: '045_packed_snapshots', class: Migration045PackedSnapshots },
  { name: '046_product_words', class: Migration046ProductWords },
  { name: '047_parked_commands', class: Migration047ParkedCommands },
  { name: '048_list_filters', class: Migration048ListFilters },
  { name: '049_conversion_days', class: Migration049ConversionDays },
  { name: '050_kept_rows', class: Migration050KeptRows },
  { name: '052_trace_ids', class: Migration052TraceIds },
  { name: '053_frequent_words', class: Migration053FrequentWords },
];

/** Advisory lock: one process at a time migrates. The number is arbitrary but must not change. */
const MIGRATION_LOCK = 7_205_759;
const LOCK_PAUSE_MS = 100;

/**
 * Migrates the schema and updates the built-in roles. Concurrent processes wait for the first and then find nothing to
 * do.
 */
export async function migrate(db: Database): Promise<void> {
  const em = db.orm.em.fork();
  await em.transactional(async (locked) => {
    // Migrations may take long, on another connection.
    await locked.execute(`set local idle_in_transaction_session_timeout = 0`);
    // A statement that waits for the lock would hold a snapshot, for whose end an index that is made concurrently waits.
    const lock = `select pg_try_advisory_xact_lock(${MIGRATION_LOCK}) as "isLocked"`;
    while (!(await locked.execute<{ isLocked: boolean }[]>(lock))[0]?.isLocked) await pause(LOCK_PAUSE_MS);
    await db.orm.migrator.up();
    await preparePartitionsFor(db, new Date());
    await syncBuiltinRoles(db, new Date());
  });
}
