import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

describe('the QUIC engine', () => {
  it('is loaded without the rest of its package', async () => {
    const url = pathToFileURL(join(import.meta.dirname, '../../../dist/transports/quic/quic-engine.js')).href;
    const program = `const { loadEngine } = await import('${url}');
      const engine = await loadEngine();
      console.log(typeof engine.connectQuic, typeof engine.createQuicServer, process.moduleLoadList.includes('NativeModule http2'));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
    assert.equal(stdout, 'function function false\n');
  });
});
