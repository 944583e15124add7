/** What an exporter of a server tells about one of its metrics: the labels that a rule or a panel may name. */
type Metrics = Readonly<Record<string, readonly string[]>>;

/**
 * The metrics of the exporters that rules and panels use, as their releases of ops/compose.yaml name them. No exporter
 * runs in the tests: a name that is neither here nor exported by the shop is a mistake.
 */
export const EXPORTERS: Readonly<Record<string, { image: string; metrics: Metrics }>> = {
  'postgres_exporter 0.18': {
    image: 'prometheuscommunity/postgres-exporter:v0.18.1',
    metrics: {
      pg_database_size_bytes: ['datname'],
      pg_replication_is_replica: [],
      pg_replication_lag_seconds: [],
      pg_settings_max_connections: [],
      pg_stat_activity_count: ['datname', 'state', 'usename', 'application_name'],
      pg_stat_activity_max_tx_duration: ['datname', 'state', 'usename', 'application_name'],
      pg_stat_database_blks_hit: ['datid', 'datname'],
      pg_stat_database_blks_read: ['datid', 'datname'],
      pg_stat_database_xact_commit: ['datid', 'datname'],
      pg_stat_database_xact_rollback: ['datid', 'datname'],
      pg_stat_replication_pg_wal_lsn_diff: ['application_name', 'client_addr', 'state', 'slot_name'],
      pg_up: [],
    },
  },
  'redis_exporter 1.67': {
    image: 'oliver006/redis_exporter:v1.67.0',
    metrics: {
      redis_aof_base_size_bytes: [],
      redis_aof_current_size_bytes: [],
      redis_aof_last_bgrewrite_status: [],
      redis_aof_last_write_status: [],
      redis_blocked_clients: [],
      redis_commands_processed_total: [],
      redis_connected_clients: [],
      redis_evicted_keys_total: [],
      redis_instance_info: ['role', 'redis_version', 'redis_mode', 'os', 'maxmemory_policy', 'run_id'],
      redis_memory_max_bytes: [],
      redis_memory_used_bytes: [],
      redis_rdb_last_bgsave_status: [],
      redis_rejected_connections_total: [],
      redis_up: [],
    },
  },
  'node_exporter 1.9': {
    image: 'prom/node-exporter:v1.9.1',
    metrics: {
      node_filesystem_avail_bytes: ['device', 'fstype', 'mountpoint'],
      node_filesystem_size_bytes: ['device', 'fstype', 'mountpoint'],
    },
  },
};

/** The same as `exportedBy` finds for the shop: each metric with its labels. */
export const exportedByExporters = (): [metric: string, labels: Set<string>][] =>
  Object.values(EXPORTERS).flatMap(({ metrics }) =>
    Object.entries(metrics).map(([metric, labels]): [string, Set<string>] => [metric, new Set(labels)]),
  );
