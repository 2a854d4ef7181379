import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { createDevelopmentCertificates, type DevelopmentCertificates } from '../../certs/development-certificates.ts';
import { RpcError } from '../../errors/rpc-error.ts';

/** `rpcnet certs`: writes an authority and a node certificate for development. */
export function certsCommand(): Command {
  return new Command('certs')
    .description('Make certificates for development: an authority of your own and a certificate for all nodes, signed by it.')
    .option('--out <folder>', 'where to write the four files', 'certs')
    .option('--host <name...>', 'DNS names and IP addresses beside localhost, 127.0.0.1 and ::1')
    .option('--days <number>', 'how long they are valid', parseDays, 365)
    .option('--force', 'replace files that exist')
    .action(runCerts);
}

interface CertsOptions {
  readonly out: string;
  readonly host?: readonly string[];
  readonly days: number;
  readonly force?: boolean;
}

async function runCerts({ out, host = [], days, force = false }: CertsOptions): Promise<void> {
  const paths = Object.values(FILES).map((name) => join(out, name));
  if (!force) await refuseExisting(paths);
  const made = await createDevelopmentCertificates({ hosts: host, days });
  try {
    await mkdir(out, { recursive: true });
    await writeAll(out, made);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RpcError('FAILED_PRECONDITION', `cannot write to ${out}: ${why}; choose another --out`, { cause });
  }
  for (const path of paths) console.log(`wrote ${path}`);
  console.log(
    `Next: give ${join(out, FILES.nodeCert)} and ${join(out, FILES.nodeKey)} to servers and ${join(out, FILES.caCert)} to clients as ca.`,
  );
}

async function refuseExisting(paths: readonly string[]): Promise<void> {
  const found = await Promise.all(paths.map(async (path) => ((await exists(path)) ? path : undefined)));
  const existing = found.filter((path) => path !== undefined);
  if (existing.length === 0) return;
  throw new RpcError(
    'ALREADY_EXISTS',
    `${existing.join(', ')} exist${existing.length === 1 ? 's' : ''}; add --force to replace, or choose another --out`,
  );
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    // Without the folder there is no file in it; whether the folder can be made shows when it is.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return false;
    throw error;
  }
}

async function writeAll(out: string, { ca, node }: DevelopmentCertificates): Promise<void> {
  await writeFile(join(out, FILES.caCert), ca.cert);
  await writeKey(join(out, FILES.caKey), ca.key);
  await writeFile(join(out, FILES.nodeCert), node.cert);
  await writeKey(join(out, FILES.nodeKey), node.key);
}

/** Only its owner may read a key, from the first byte on: the mode of a file that exists already would otherwise stay as it is. */
async function writeKey(path: string, key: string): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, key, { mode: 0o600, flag: 'wx' });
}

function parseDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS) return days;
  throw new InvalidArgumentError(`Expected a whole number of days from 1 to ${MAX_DAYS}.`);
}

/** The names that the examples and the tutorial use. */
const FILES = { caCert: 'ca_cert.pem', caKey: 'ca_key.pem', nodeCert: 'test_cert.pem', nodeKey: 'test_key.pem' } as const;

const MAX_DAYS = 36_500;
