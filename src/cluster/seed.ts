import { invalidArgument } from '../errors/expect.ts';
import { parseAddress } from '../util/address.ts';

/**
 * A seed as it was given: `host:port`, where a host name stands for each of its addresses, or `srv:name`, which stands for each target of the name's
 * SRV records.
 */
export type Seed =
  | { readonly kind: 'host'; readonly text: string; readonly host: string; readonly port: number }
  | { readonly kind: 'service'; readonly text: string; readonly name: string };

/** Reads a seed; undefined when the text is not one. */
export function parseSeed(text: string): Seed | undefined {
  const service = /^srv:(?!\d+$)([^\s:/[\]]+)$/.exec(text)?.[1];
  if (service !== undefined) return { kind: 'service', text, name: service };
  const address = parseAddress(text);
  return address === undefined || address.port === 0 ? undefined : { kind: 'host', text, ...address };
}

/** Seeds as they were given, each once. @throws RpcError `INVALID_ARGUMENT` */
export function expectSeeds(seeds: readonly string[]): readonly Seed[] {
  if (!Array.isArray(seeds) || seeds.length === 0) throw invalidArgument('seeds', 'a list of at least one host:port', seeds);
  return [...new Set<unknown>(seeds)].map((text) => {
    const seed = typeof text === 'string' ? parseSeed(text) : undefined;
    if (seed === undefined) throw invalidArgument('each seed', EXPECTED, text);
    return seed;
  });
}

const EXPECTED = 'host:port (10.0.0.1:61000, workers.example.org:61000) or srv:name (srv:_rpcnet._tcp.example.org)';
