/** The cost of a purchase in other shop systems, over all their processes. */
export const PEERS = [
  { name: 'Vendure 3.7', cpuMs: '225–285', statements: 377, commits: null, ordersPerSecond: 7 },
  { name: 'Medusa 2.21', cpuMs: '650–820', statements: 383, commits: 20, ordersPerSecond: 1.7 },
] as const;

export const PEERS_NOTE =
  'Vendure and Medusa: our own earlier measurements on two cores at equal durability, not from this run.';
