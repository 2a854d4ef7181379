import { Client, type ClientOptions, createDevelopmentAuthority, RpcError, Server } from 'rpcnet';
import { allowOnly } from './authorization.ts';

const authority = await createDevelopmentAuthority();
const operator = await authority.issue({ commonName: 'operator', hosts: ['operator.example'] });
const guest = await authority.issue({ commonName: 'guest', hosts: ['guest.example'] });
const impostor = await (await createDevelopmentAuthority()).issue({ commonName: 'operator', hosts: ['operator.example'] });

// Only clients with a certificate of this authority get in at all; one method is for the operator alone.
await using server = new Server({
  ...(await authority.issue()),
  ca: authority.cert,
  clientAuth: 'require',
  interceptors: [allowOnly({ 'Vault.open': ['DNS:operator.example'] })],
});
server.registerRaw('Vault.look', (_, { peer }) => Buffer.from(`it is closed, ${peer.certificate?.commonName}`));
server.registerRaw('Vault.open', (_, { peer }) => Buffer.from(`it is open, ${peer.certificate?.commonName}`));
const address = await server.listen('127.0.0.1:0');

await tryBoth('operator', operator);
await tryBoth('guest', guest);
await tryBoth('impostor', impostor);
await tryBoth('nobody', {});

async function tryBoth(who: string, identity: Pick<ClientOptions, 'cert' | 'key'>): Promise<void> {
  await using client = new Client(address, { ca: authority.cert, ...identity, whenDisconnected: 'fail' });
  for (const method of ['Vault.look', 'Vault.open']) {
    const answer = await client.callRaw(method, Buffer.alloc(0)).catch((error: unknown) => error);
    console.log(`${who} ${method}: ${answer instanceof RpcError ? answer.code : answer}`);
  }
}
