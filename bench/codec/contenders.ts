import type { CodecContender } from './codec-contender.ts';
import { avsc } from './contenders/avsc.ts';
import { cborPlain, cborRecords } from './contenders/cbor-x.ts';
import { json } from './contenders/json.ts';
import { msgpackrPlain, msgpackrRecords } from './contenders/msgpackr.ts';
import { protobufEs } from './contenders/protobuf-es.ts';
import { protobufjs } from './contenders/protobufjs.ts';
import { rpcnet, rpcnetInBatches } from './contenders/rpcnet.ts';

/** Everything that is measured, in the order of the tables. */
export const contenders: readonly CodecContender[] = [
  rpcnet,
  rpcnetInBatches,
  json,
  msgpackrPlain,
  msgpackrRecords,
  cborPlain,
  cborRecords,
  protobufEs,
  protobufjs,
  avsc,
];
