import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';

/** Parsing an address takes longer than sending an answer that lies in memory. */
const networks = new LRUCache<string, string>({ max: 10_000, memoMethod: parseNetwork });

/**
 * Returns the network of a client: an IPv4 address, or the first 64 bits of an IPv6 address. A client controls all
 * addresses of its /64 and could use a new one each time. A text that is no address is returned as it is.
 */
export const networkOf = (address: string): string => networks.memo(address);

function parseNetwork(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const ip = ipaddr.process(address);
  if (!(ip instanceof ipaddr.IPv6)) return ip.toString();
  const groups = ip.parts.slice(0, 4).map((group) => group.toString(16));
  return `${groups.join(':')}::/64`;
}
