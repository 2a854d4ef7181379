import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDocument } from './markdown.ts';

interface LockedPackage {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(readDocument('package-lock.json')) as { readonly packages: Readonly<Record<string, LockedPackage>> };

test('the lock file has every optional package of every platform, or npm ci refuses it', () => {
  const optional = Object.values(packages).flatMap((locked) => Object.keys(locked.optionalDependencies ?? {}));
  assert.ok(optional.length > 30);
  assert.deepEqual(
    optional.filter((name) => packages[`node_modules/${name}`] === undefined),
    [],
  );
});

test('the lock file names no download address', () => {
  assert.deepEqual(
    Object.entries(packages).filter(([, locked]) => locked.resolved !== undefined),
    [],
  );
});
