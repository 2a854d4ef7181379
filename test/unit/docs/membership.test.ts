import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CLUSTER_OPTIONS, GOSSIP_OPTIONS, PARTITION_OPTIONS } from '../../../src/cluster/option-shapes.ts';
import { type PhiSettings, resolvePhiSettings } from '../../../src/detector/phi-settings.ts';
import type { MembershipEvent } from '../../../src/swim/membership-event.ts';
import { type Profile, resolveSwimSettings } from '../../../src/swim/settings.ts';
import { readDocument, sectionOf, tableRows } from './markdown.ts';

const document = readDocument('docs/membership.md');

describe('docs/membership.md', () => {
  const rows = tableRows(sectionOf(document, 'Settings'));
  const split = rows.findIndex(([first]) => first === 'setting');

  test('lists every setting of the membership with the defaults of each profile', () => {
    const profiles = (['lan', 'wan', 'local'] satisfies Profile[]).map((profile) => resolveSwimSettings({ profile }));
    const names = Object.keys(profiles[0] ?? {}) as (keyof ReturnType<typeof resolveSwimSettings>)[];
    assert.deepEqual(
      rows.slice(split + 1).map((row) => row.slice(0, 4)),
      names.map((name) => [`\`${name}\``, ...profiles.map((settings) => String(settings[name]))]),
    );
  });

  test('lists every option of enableCluster', () => {
    const groups = { gossip: GOSSIP_OPTIONS, partition: PARTITION_OPTIONS, phi: resolvePhiSettings({}, 1000) };
    const expected = [
      ...Object.keys(CLUSTER_OPTIONS).filter((name) => !(name in groups)),
      ...Object.entries(groups).flatMap(([group, names]) => Object.keys(names).map((name) => `${group}.${name}`)),
    ];
    const listed = rows.slice(0, split).flatMap(([name = '']) => (name === 'option' ? [] : [name.replaceAll('`', '')]));
    assert.deepEqual(listed.sort(), expected.sort());
  });

  test('gives the defaults of phi for each profile', () => {
    const [lan, wan, local] = (['lan', 'wan', 'local'] as const).map((profile) =>
      resolvePhiSettings({}, resolveSwimSettings({ profile }).heartbeatIntervalMs),
    );
    assert.deepEqual(lan, local);
    for (const [name, value] of Object.entries(lan ?? {})) {
      const row = rows.find(([first]) => first === `\`phi.${name}\``);
      assert.deepEqual(row?.slice(1, 3), [String(value), String(wan?.[name as keyof PhiSettings])], name);
    }
  });

  test('lists every event', () => {
    const kinds: Record<MembershipEvent['kind'], true> = {
      nodeJoined: true,
      nodeLeft: true,
      nodeFailed: true,
      nodeSuspect: true,
      nodeRecovered: true,
      nodeRestarted: true,
      nodeTagsUpdated: true,
      nodeExpelled: true,
      nodeReaped: true,
      nameConflict: true,
      localHealth: true,
      snapshot: true,
      partitionSuspected: true,
      partitionDetected: true,
      partitionHealed: true,
      eventsDropped: true,
    };
    const listed = tableRows(sectionOf(document, 'Events'))
      .slice(1)
      .map(([kind = '']) => kind.replaceAll('`', ''));
    assert.deepEqual(listed.sort(), Object.keys(kinds).sort());
  });
});
