// Generates what the codec benchmark is compiled with, into bench/codec/generated: RpcNet's code from messages.rpc.ts, and that of peers from messages.proto.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatDiagnostic, generate } from '../../src/codegen.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const require = createRequire(import.meta.url);

/** With the generator of this checkout, for the library of this checkout. */
async function generateRpcnet(): Promise<void> {
  const { diagnostics } = await generate({
    input: 'messages.rpc.ts',
    output: 'generated',
    cwd: folder,
    runtimeModule: '../../../../src/generated.ts',
    libraryModule: '../../src/index.ts',
  });
  for (const diagnostic of diagnostics) console.error(formatDiagnostic(diagnostic));
  if (diagnostics.length > 0) process.exit(1);
}

/** What `pbjs` makes of the definition by its defaults, without the parts that are not measured. */
function generateProtobufjs(): void {
  const pbjs = join(folder, '../node_modules/protobufjs-cli/bin/pbjs');
  const args = [
    '-t',
    'static-module',
    '-w',
    'commonjs',
    '--force-number',
    '--no-comments',
    '--no-verify',
    '--no-delimited',
    '--no-convert',
  ];
  const target = ['-o', join(folder, 'generated/protobufjs.cjs'), join(folder, 'messages.proto')];
  const { status, error } = spawnSync(process.execPath, [pbjs, ...args, ...target], { stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** The descriptors that protoc would give to `protoc-gen-es`. */
function writeDescriptors(): void {
  const protobuf = require('../node_modules/protobufjs');
  const { FileDescriptorSet } = require('../node_modules/protobufjs/ext/descriptor');
  const { root } = protobuf.parse(readFileSync(join(folder, 'messages.proto'), 'utf8'));
  root.resolveAll();
  writeFileSync(join(folder, 'generated/descriptors.binpb'), FileDescriptorSet.encode(root.toDescriptor('proto3')).finish());
}

mkdirSync(join(folder, 'generated'), { recursive: true });
await generateRpcnet();
generateProtobufjs();
writeDescriptors();
