import { loadIdentity } from 'rpcnet';
import { GreetingServer, greetingError } from './generated/greeting/index.ts';

const folder = process.env.CERT_DIR ?? 'certs';
const { cert, key } = await loadIdentity({ certPath: `${folder}/test_cert.pem`, keyPath: `${folder}/test_key.pem` });

const server = new GreetingServer(
  {
    greet(name) {
      if (name === '') throw greetingError({ kind: 'emptyName' });
      return `Hello, ${name}!`;
    },
  },
  { cert, key },
);
console.log(`listening on ${await server.listen(process.env.GREETING_ADDR ?? '127.0.0.1:61500')}`);
process.once('SIGINT', () => void server.close());
