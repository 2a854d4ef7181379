import { Client, type ClientOptions, RpcError } from '../../src/index.ts';
import { scenarioInput } from './child-scenario.ts';

/** What a test hands to this program. */
export interface MistakenClientInput {
  readonly mistake: 'unknownMethod' | 'largeRequest' | 'largeAnswer' | 'serverName' | 'oneClientTooMany';
  readonly address: string;
  readonly ca: string;
}

/** A program as a newcomer writes it, with one mistake: it prints the error and ends with status 1. */
const { mistake, address, ca } = scenarioInput() as MistakenClientInput;
const options: ClientOptions = { ca, ...(mistake === 'serverName' ? { serverName: 'shop.example' } : {}) };

try {
  await using client = await Client.connect(address, options);
  const call = { unknownMethod: 'Shop.sell', largeRequest: 'Shop.buy', largeAnswer: 'Shop.list' };
  const method = mistake in call ? call[mistake as keyof typeof call] : 'Shop.buy';
  await client.callRaw(method, Buffer.alloc(mistake === 'largeRequest' ? 5_000_000 : 1));
} catch (error) {
  console.error(error instanceof RpcError ? `❌ ${error.code}: ${error.message}` : error);
  process.exitCode = 1;
}
