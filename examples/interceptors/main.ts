import { Client, createDevelopmentCertificates, RpcError, Server } from 'rpcnet';
import { GreetingClient, greetingService } from '../greeting/generated/greeting/index.ts';
import { checkToken, sha256, showToken, userOf } from './authentication.ts';
import { logCalls } from './logging.ts';
import { retry } from './retry.ts';

const { ca, node } = await createDevelopmentCertificates();

let calls = 0;
const users = new Map([[sha256('a-secret-token'), 'Ada']]);
const log = (line: string): void => console.log(`server: ${line.replace(/\d+ ms/, '… ms')}`);
await using server = new Server({ ...node, interceptors: [logCalls(log), checkToken(users)] });
server.register(
  greetingService({
    greet(name, context) {
      calls++;
      if (calls === 1) throw new RpcError('UNAVAILABLE', 'still warming up', { retryAfterMs: 50 });
      return `Hello, ${name}! You are ${userOf(context)}.`;
    },
  }),
);
const address = await server.listen('127.0.0.1:0');

// The first is the outermost: every attempt of a call shows the token as it is then.
await using client = await Client.connect(address, { ca: ca.cert, interceptors: [retry(), showToken(() => 'a-secret-token')] });
console.log(await new GreetingClient(client).greet('world', { idempotent: true }));

await using stranger = await Client.connect(address, { ca: ca.cert });
const refusal: unknown = await new GreetingClient(stranger).greet('world').catch((error: unknown) => error);
if (refusal instanceof RpcError) console.log(`${refusal.code}: ${refusal.message}`);
