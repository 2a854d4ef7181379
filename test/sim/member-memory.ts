import { PartitionDetector } from '../../src/detector/partition.ts';
import { PhiDetector } from '../../src/detector/phi-detector.ts';
import type { MemberRecord } from '../../src/swim/exchange.ts';
import { syncReplyCodec } from '../../src/swim/exchange-codec.ts';
import { resolveSwimSettings } from '../../src/swim/settings.ts';
import { Swim } from '../../src/swim/swim.ts';
import { seededRandom } from '../../src/testing/seeded-random.ts';
import { addressesOfHost } from '../../src/testing/simulation/simulated-address.ts';
import { ByteReader } from '../../src/util/byte-reader.ts';
import { ByteWriter } from '../../src/util/byte-writer.ts';

/** Bytes of heap that an engine needs for each member, with five short tags, averaged over several engines of so many members. */
export function bytesPerMember(members: number, collect: () => void): number {
  const writer = new ByteWriter();
  const records = Array.from({ length: members }, (_, index) => recordOf(index + 2));
  syncReplyCodec.encode({ sender: recordOf(1), records, wanted: [], hasMore: false }, writer);
  const reply = writer.take();
  const before = heapAfter(collect);
  const engines = Array.from({ length: ENGINES }, (_, index) => engineWith(reply, index));
  const after = heapAfter(collect);
  const held = engines.reduce((sum, engine) => sum + engine.stats().remembered, 0);
  return (after - before) / held;
}

function engineWith(reply: Uint8Array, index: number): Swim {
  const nodeId = `observer-${index}`;
  const engine = new Swim({
    nodeId,
    epoch: 1_700_000_000_000,
    ...addressesOfHost(100_000 + index),
    settings: resolveSwimSettings(),
    random: seededRandom(index),
    phi: new PhiDetector(nodeId),
    partition: new PartitionDetector(nodeId),
    hashTags: () => '',
  });
  engine.start(0);
  engine.handleSyncReply(syncReplyCodec.decode(new ByteReader(reply)), 1);
  return engine;
}

function recordOf(host: number): MemberRecord {
  const tags = { role: 'worker', zone: `eu-${host % 3}`, version: '1.4.2', gpu: 'true', pool: `pool-${host % 16}` };
  return { nodeId: `node-${host}`, epoch: 1_700_000_000_000 + host, incarnation: 0, state: 'alive', ...addressesOfHost(host), tags };
}

function heapAfter(collect: () => void): number {
  collect();
  return process.memoryUsage().heapUsed;
}

const ENGINES = 20;
