import { readFile } from 'node:fs/promises';
import { GreetingClient, isGreetingError } from './generated/greeting/index.ts';

const ca = await readFile(`${process.env.CERT_DIR ?? 'certs'}/ca_cert.pem`);
await using client = await GreetingClient.connect(process.env.GREETING_ADDR ?? '127.0.0.1:61500', { ca });

console.log(await client.greet('Ada'));

try {
  await client.greet('');
} catch (error) {
  // The service's own error arrives with its type: `details` is an EmptyName here.
  if (!isGreetingError(error)) throw error;
  console.log(`refused: ${error.details.kind}`);
}
