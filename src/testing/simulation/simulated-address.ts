/** The two addresses of the host with this number: every simulated node has a host of its own. */
export function addressesOfHost(host: number): { readonly address: string; readonly gossipAddress: string } {
  const name = `10.${(host >> 16) & 255}.${(host >> 8) & 255}.${host & 255}`;
  return { address: `${name}:${RPC_PORT}`, gossipAddress: `${name}:${GOSSIP_PORT}` };
}

/** The number of the host that has this address. */
export function hostOfAddress(address: string): number {
  const [high = 0, middle = 0, low = 0] = address.split(':')[0]?.split('.').slice(1).map(Number) ?? [];
  return (high << 16) | (middle << 8) | low;
}

const RPC_PORT = 61_000;
const GOSSIP_PORT = 61_001;
