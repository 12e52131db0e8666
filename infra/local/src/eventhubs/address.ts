/** What the address of a link names. */
export type Address =
  | { readonly node: 'cbs' | 'management' }
  | { readonly node: 'hub'; readonly hub: string }
  | { readonly node: 'partition'; readonly hub: string; readonly partitionId: string }
  | { readonly node: 'consumer-group-partition'; readonly hub: string; readonly consumerGroup: string; readonly partitionId: string };

/** Undefined for an address that Event Hubs does not have. A leading `/` or `amqps://host/` is allowed, as Event Hubs does. */
export function parseAddress(address: string | null | undefined): Address | undefined {
  if (address == null) return undefined;
  const path = address.replace(/^[a-z]+:\/\/[^/]*/, '').replace(/^\//, '');
  if (path === '$cbs') return { node: 'cbs' };
  if (path === '$management') return { node: 'management' };
  const [hub, ...rest] = path.split('/');
  if (!hub || hub.startsWith('$')) return undefined;
  const [first, second, third, fourth, ...more] = rest;
  if (first === undefined) return { node: 'hub', hub };
  if (first === 'Partitions' && second && third === undefined) return { node: 'partition', hub, partitionId: second };
  if (first === 'ConsumerGroups' && second && third === 'Partitions' && fourth && more.length === 0) {
    return { node: 'consumer-group-partition', hub, consumerGroup: second, partitionId: fourth };
  }
  return undefined;
}
