import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PointResult } from '../../../bench/pair.ts';
import { type ContenderResult, compareAll, mediansOf } from '../../../bench/summary.ts';
import { compareWithTargets } from '../../../bench/targets.ts';

test('the fastest peer beside grpc-js is the one with the most calls, and is named', () => {
  const contenders = [contender('rpcnet-quic', 'subject', 300), contender('grpc-js-tls', 'peer', 10), peer('slow', 20), peer('fast', 100)];
  const rows = compareWithTargets({ contenders, comparisons: compareAll(contenders), openStreams: {}, handshakes: {} });
  assert.deepEqual(
    rows.map(({ figure, measured }) => [figure, measured]),
    [
      ['unary, 256 in flight, QUIC, against grpc-js on TLS', '30x'],
      ['the same against the fastest other peer (fast)', '3x'],
    ],
  );
});

test('a figure below what it must reach is marked', () => {
  const contenders = [contender('rpcnet-quic', 'subject', 60), contender('grpc-js-tls', 'peer', 10)];
  const [row] = compareWithTargets({ contenders, comparisons: compareAll(contenders), openStreams: {}, handshakes: {} });
  assert.equal(row?.measured, '6x (missed)');
});

test('an added latency above what is allowed is marked, one below is not', () => {
  const addedRow = (addedP50Us: number): string | undefined =>
    compareWithTargets({ contenders: [], comparisons: [], openStreams: {}, handshakes: {}, cluster: { results: [], addedP50Us } })[0]
      ?.measured;
  assert.equal(addedRow(31), '31 us (missed)');
  assert.equal(addedRow(29), '29 us');
});

test('a subject is compared with its own ceiling and not with that of another transport', () => {
  const ceiling = { ...contender('raw-frames-tls', 'ceiling', 500), ceilingOf: 'rpcnet-tls' };
  const contenders = [contender('rpcnet-quic', 'subject', 300), contender('rpcnet-tls', 'subject', 400), ceiling];
  assert.deepEqual(
    compareAll(contenders).map(({ subjectId, otherId }) => [subjectId, otherId]),
    [['rpcnet-tls', 'raw-frames-tls']],
  );
});

function peer(id: string, perSecond: number): ContenderResult {
  return contender(id, 'peer', perSecond);
}

function contender(id: string, role: ContenderResult['role'], perSecond: number): ContenderResult {
  const result: PointResult = { point: 'unary x 256', perSecond, p50Us: 1, p99Us: 1, clientCpuUs: 1, serverCpuUs: 1 };
  const rounds = [[result], [result]];
  return {
    id,
    name: id,
    role,
    ceilingOf: undefined,
    description: '',
    versions: {},
    rounds,
    medians: mediansOf(rounds),
    allocatedBytes: undefined,
  };
}
