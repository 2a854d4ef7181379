import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClientState, HealthStatus } from '../../../src/index.ts';
import { healthCheckMethod, healthWatchMethod } from '../../../src/rpc/health-service.ts';
import { reflectionMethod } from '../../../src/rpc/reflection-service.ts';
import { readDocument, sectionOf, tableRows } from './markdown.ts';

const document = readDocument('docs/server-and-client.md');

describe('docs/server-and-client.md', () => {
  test('lists exactly the states of a client, with what leaves each', () => {
    const states: Record<ClientState, true> = { idle: true, connecting: true, open: true, closed: true };
    assert.deepEqual(firstCells('The state of a client'), Object.keys(states));
  });

  test('lists exactly the statuses of health', () => {
    const statuses: Record<HealthStatus, true> = { SERVING: true, NOT_SERVING: true, UNKNOWN: true };
    assert.deepEqual(firstCells('Health'), Object.keys(statuses));
  });

  test('names the methods that tools call', () => {
    for (const { name } of [healthCheckMethod, healthWatchMethod, reflectionMethod]) assert.ok(document.includes(`\`${name}\``), name);
  });
});

function firstCells(heading: string): string[] {
  const [, ...rows] = tableRows(sectionOf(document, heading));
  assert.ok(rows.every((row) => row.every((cell) => cell !== '')));
  return rows.map(([cell = '']) => cell.replaceAll('`', ''));
}
