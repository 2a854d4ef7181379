import assert from 'node:assert/strict';
import { test } from 'node:test';
import { garbageCollector } from './collect-garbage.ts';
import { bytesPerMember } from './member-memory.ts';

test('a tracked node with five tags costs at most 2 KB of memory', () => {
  const bytes = bytesPerMember(1000, garbageCollector());
  assert.ok(bytes > 100 && bytes <= 2048, `${bytes} bytes`);
});
