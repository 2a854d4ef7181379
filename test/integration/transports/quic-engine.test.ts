import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

describe('the QUIC engine', () => {
  it('is loaded without the rest of its package', async () => {
    assert.equal(await loadInProcess(), 'function function, http2 is not loaded');
  });

  it('is loaded with all of its package where the files are not found', async () => {
    const hooks = `export const resolve = (name, context, next) => {
      if (name.endsWith('/quic-client.js') && context.parentURL?.endsWith('/quic-engine.js')) throw new Error('no such file');
      return next(name, context);
    };`;
    assert.equal(await loadInProcess(hooks), 'function function, http2 is loaded');
  });
});

async function loadInProcess(hooks = ''): Promise<string> {
  const url = pathToFileURL(join(import.meta.dirname, '../../../dist/transports/quic/quic-engine.js')).href;
  const program = `
    import { register } from 'node:module';
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});
    const { loadEngine } = await import(${JSON.stringify(url)});
    const { connectQuic, createQuicServer } = await loadEngine();
    const hasAll = process.moduleLoadList.includes('NativeModule http2');
    console.log(typeof connectQuic, typeof createQuicServer + ',', 'http2', hasAll ? 'is loaded' : 'is not loaded');`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  return stdout.trim();
}
