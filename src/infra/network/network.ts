import { isIPv6 } from 'node:net';

const MAPPED = /^::ffff:(?=\d+\.)/i;

/**
 * Returns the network of a client: an IPv4 address, or the first 64 bits of an IPv6 address. A client controls all
 * addresses of its /64 and could use a new one each time.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address) || MAPPED.test(address)) return address.replace(MAPPED, '');
  const [front = [], back = []] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0');
  const groups = [...front, ...zeros, ...back].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
