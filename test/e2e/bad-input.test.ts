import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ProgramProcess } from '../../examples/cluster/demo/program-process.ts';
import { createDevelopmentCertificates } from '../../src/certs/development-certificates.ts';
import { Client, Server } from '../../src/index.ts';
import { startScenario } from '../support/child-scenario.ts';
import type { MistakenClientInput } from '../support/mistaken-client.ts';
import { endOf, Tutorial, textsOf, writeCertificates } from './tutorial.ts';

/** Programs with a mistake in their surroundings: each ends by itself with status 1 and one line that says what to do. */
describe('a program with bad input', { concurrency: 2 }, () => {
  let tutorial: Tutorial;
  let worker: ProgramProcess;
  let strangerCerts = '';
  /** A UDP port that somebody else has and never answers on. */
  const occupied = createSocket('udp4');
  let occupiedAddress = '';

  before(async () => {
    tutorial = await Tutorial.create();
    strangerCerts = await writeCertificates(join(tutorial.folder, 'stranger'));
    occupied.bind(0, '127.0.0.1');
    await once(occupied, 'listening');
    occupiedAddress = `127.0.0.1:${occupied.address().port}`;
    await tutorial.startDirector();
    worker = await tutorial.startWorker('taken');
  });

  after(async () => {
    occupied.close();
    await tutorial.close();
  });

  for (const file of ['director.ts', 'worker.ts', 'client.ts', 'streaming-client.ts']) {
    test(`${file} without certificates says how to make them`, async () => {
      await assertRefused(file, { CERT_DIR: join(tutorial.folder, 'nowhere') }, [/no file .*test_cert\.pem/, /npx rpcnet certs/]);
    });
  }

  test('a certificate without its own key is refused with both file names', async () => {
    const mixed = await writeCertificates(join(tutorial.folder, 'mixed'));
    const { node } = await createDevelopmentCertificates();
    await writeFile(join(mixed, 'test_key.pem'), node.key);
    await assertRefused('director.ts', { CERT_DIR: mixed }, [/test_key\.pem/, /test_cert\.pem/, /made together/]);
  });

  test('a director whose port is in use names the setting', async () => {
    await assertRefused('director.ts', { DIRECTOR_ADDR: occupiedAddress }, [/DIRECTOR_ADDR/, /is in use/, /another port/]);
  });

  test('a worker whose port is in use names the setting', async () => {
    await assertRefused('worker.ts', { WORKER_ADDR: occupiedAddress }, [/WORKER_ADDR/, /is in use/, /another port/]);
  });

  test('a director with an address that is none says what one looks like', async () => {
    await assertRefused('director.ts', { DIRECTOR_ADDR: 'banana' }, [/DIRECTOR_ADDR/, /"banana"/, /127\.0\.0\.1:61000/]);
  });

  test('a worker with an address that is none says what one looks like', async () => {
    await assertRefused('worker.ts', { WORKER_ADDR: 'banana' }, [/WORKER_ADDR/, /"banana"/, /127\.0\.0\.1:61000/]);
  });

  test('a worker with a seed that is no address says what one looks like', async () => {
    await assertRefused('worker.ts', { DIRECTOR_ADDR: 'banana' }, [/DIRECTOR_ADDR/, /"banana"/, /10\.0\.0\.1:61000/]);
  });

  test('a client with an address that is none says what one looks like', async () => {
    await assertRefused('client.ts', { DIRECTOR_ADDR: 'banana' }, [/DIRECTOR_ADDR/, /"banana"/, /127\.0\.0\.1:61000/]);
  });

  test('a number that is none is refused with its name', async () => {
    await assertRefused('client.ts', { TASK_INTERVAL_MS: 'often' }, [/TASK_INTERVAL_MS/, /whole number/, /"often"/]);
  });

  test('a flag that is neither true nor false is refused with its name', async () => {
    await assertRefused('worker.ts', { WORKER_FAILURE_ENABLED: 'sometimes' }, [/WORKER_FAILURE_ENABLED/, /true or false/, /"sometimes"/]);
  });

  test('a worker whose seed does not answer says so', async () => {
    const environment = { DIRECTOR_ADDR: occupiedAddress, JOIN_TIMEOUT_MS: '2000' };
    await assertRefused('worker.ts', environment, [/DIRECTOR_ADDR/, new RegExp(occupiedAddress), /seed/i, /[Cc]heck/]);
  });

  test('a client whose director does not answer says so', async () => {
    const patterns = [/DIRECTOR_ADDR/, new RegExp(occupiedAddress), /Nothing answered/, /check that the server runs/];
    await assertRefused('client.ts', { DIRECTOR_ADDR: occupiedAddress }, patterns);
  });

  test('a client that trusts another authority is told which check failed', async () => {
    await assertRefused('client.ts', { CERT_DIR: strangerCerts }, [/DIRECTOR_ADDR/, /TLS/, /authority/]);
  });

  test('a worker with a certificate of another authority is not taken in', async () => {
    await assertRefused('worker.ts', { CERT_DIR: strangerCerts }, [/DIRECTOR_ADDR/, /TLS/, /authority/]);
  });

  test('a second worker with the label of a living one is not taken in', async () => {
    await assertRefused('worker.ts', { WORKER_LABEL: 'taken' }, [/WORKER_LABEL=taken/, /A live node named "taken"/]);
    assert.equal(worker.hasEnded, false, 'the first one stays');
  });

  async function assertRefused(file: string, environment: Readonly<Record<string, string>>, patterns: readonly RegExp[]): Promise<void> {
    const program = tutorial.start(file, environment);
    const outcome = await endOf(program);
    const errors = textsOf(program, 'stderr');
    assert.equal(errors.length, 1, `expected one line, got:\n${errors.join('\n')}`);
    assert.match(errors[0] ?? '', /^❌ /);
    for (const pattern of patterns) assert.match(errors[0] ?? '', pattern);
    assert.equal(outcome, 1);
  }
});

/** Programs that call what a server does not give: each ends with status 1 and a line that says what, with what value, and what to do. */
describe('a client program', () => {
  let server: Server;
  let fullServer: Server;
  let first: Client;
  let ca = '';

  before(async () => {
    const certificates = await createDevelopmentCertificates();
    ca = certificates.ca.cert;
    const { cert, key } = certificates.node;
    server = new Server({ cert, key });
    server.registerRaw('Shop.buy', (bytes) => bytes);
    server.registerRaw('Shop.list', () => Buffer.alloc(5_000_000));
    await server.listen('127.0.0.1:0');
    fullServer = new Server({ cert, key, maxConnections: 1 });
    await fullServer.listen('127.0.0.1:0');
    first = await Client.connect(fullServer.address ?? '', { ca });
  });

  after(async () => {
    await first.close();
    await Promise.all([server.close({ graceMs: 0 }), fullServer.close({ graceMs: 0 })]);
  });

  test('that calls a method nobody has is told the name and what to check', async () => {
    await assertRefused('unknownMethod', server, [/^❌ UNIMPLEMENTED/, /Shop\.sell/, /check its name/, /registered on this server/]);
  });

  test('that sends too much is told both sizes and what to do', async () => {
    await assertRefused('largeRequest', server, [
      /^❌ RESOURCE_EXHAUSTED/,
      /5000000 bytes/,
      /4194304/,
      /send it in parts, or raise maxMessageBytes/,
    ]);
  });

  test('that is sent too much is told both sizes and what to do', async () => {
    await assertRefused('largeAnswer', server, [
      /^❌ RESOURCE_EXHAUSTED/,
      /5000000 bytes/,
      /4194304/,
      /send it in parts, or raise maxMessageBytes/,
    ]);
  });

  test('that expects another server name is told which one it asked for and how to ask for another', async () => {
    await assertRefused('serverName', server, [/^❌ UNAUTHENTICATED/, /shop\.example/, /serverName/]);
  });

  test('that is one too many is told the limit and what to do', async () => {
    await assertRefused('oneClientTooMany', fullServer, [
      /^❌ RESOURCE_EXHAUSTED/,
      /the limit is 1 \(maxConnections\)/,
      /Share one client/,
    ]);
  });

  async function assertRefused(mistake: MistakenClientInput['mistake'], by: Server, patterns: readonly RegExp[]): Promise<void> {
    const input: MistakenClientInput = { mistake, address: by.address ?? '', ca };
    const { code, stderr } = await startScenario('mistaken-client.ts', input).exit();
    const lines = stderr.trim().split('\n');
    assert.equal(lines.length, 1, `expected one line, got:\n${stderr}`);
    for (const pattern of patterns) assert.match(lines[0] ?? '', pattern);
    assert.equal(code, 1);
  }
});
