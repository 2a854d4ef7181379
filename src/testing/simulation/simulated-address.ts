/** The two addresses of the host with this number: every simulated node has a host of its own. */
export function addressesOfHost(host: number): { readonly address: string; readonly gossipAddress: string } {
  const name = `10.${(host >> 16) & 255}.${(host >> 8) & 255}.${host & 255}`;
  return { address: `${name}:${RPC_PORT + host}`, gossipAddress: `${name}:${GOSSIP_PORT + host}` };
}

/** The number of the host that has this RPC address. */
export function hostOfAddress(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1)) - RPC_PORT;
}

const RPC_PORT = 10_000;
const GOSSIP_PORT = 30_000;
