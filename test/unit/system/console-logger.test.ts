import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { type ConsoleLoggerOptions, createConsoleLogger, type LogLevel } from '../../../src/system/console-logger.ts';

const clock = { wallNow: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678) };

function collect(options: Omit<ConsoleLoggerOptions, 'write' | 'clock'>) {
  const lines: string[] = [];
  return { lines, logger: createConsoleLogger({ ...options, clock, write: (line) => lines.push(line) }) };
}

function writtenLevels(options: Omit<ConsoleLoggerOptions, 'write' | 'clock'>): string[] {
  const { lines, logger } = collect(options);
  logger.debug('m');
  logger.info('m');
  logger.warn('m');
  logger.error('m');
  return lines.map((line) => line.split(' ')[1] as string);
}

describe('console logger', () => {
  it('writes time, level, message and fields on one line', () => {
    const { lines, logger } = collect({ level: 'info' });
    logger.info('Node joined', { nodeId: 'worker-1', calls: 3, isLocal: false });
    assert.deepEqual(lines, ['2026-01-02T03:04:05.678Z info Node joined nodeId=worker-1 calls=3 isLocal=false\n']);
  });

  const table: readonly (readonly [LogLevel, readonly string[]])[] = [
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    ['silent', []],
  ];
  for (const [level, expected] of table) {
    it(`writes ${expected.join(', ') || 'nothing'} at level ${level}`, () => {
      assert.deepEqual(writtenLevels({ level, environment: {} }), expected);
      assert.deepEqual(writtenLevels({ environment: { RPCNET_LOG: level } }), expected);
    });
  }

  it('writes warnings and errors when RPCNET_LOG is not set or empty', () => {
    assert.deepEqual(writtenLevels({ environment: {} }), ['warn', 'error']);
    assert.deepEqual(writtenLevels({ environment: { RPCNET_LOG: '' } }), ['warn', 'error']);
  });

  it('reads RPCNET_LOG without regard to case and outer blanks', () => {
    assert.deepEqual(writtenLevels({ environment: { RPCNET_LOG: ' Error ' } }), ['error']);
  });

  it('prefers a given level to RPCNET_LOG', () => {
    assert.deepEqual(writtenLevels({ level: 'error', environment: { RPCNET_LOG: 'debug' } }), ['error']);
  });

  it('sees RPCNET_LOG when it is set between creation and the first message', () => {
    const environment: Record<string, string> = {};
    const { lines, logger } = collect({ environment });
    environment.RPCNET_LOG = 'debug';
    logger.debug('m');
    assert.equal(lines.length, 1);
  });

  it('reports an unknown RPCNET_LOG once, also when the first message is not written', () => {
    const { lines, logger } = collect({ environment: { RPCNET_LOG: 'verbose' } });
    logger.debug('m');
    logger.debug('m');
    assert.equal(lines.length, 1);
    assert.match(lines[0] as string, /warn RPCNET_LOG is not a log level.*error, warn, info, debug or silent RPCNET_LOG=verbose\n$/);
  });

  it('goes on at level warn after an unknown RPCNET_LOG', () => {
    assert.deepEqual(writtenLevels({ environment: { RPCNET_LOG: 'constructor' } }), ['warn', 'warn', 'error']);
  });

  it('refuses an unknown level in the options', () => {
    assert.throws(
      () => createConsoleLogger({ level: 'verbose' as LogLevel }),
      (error) => error instanceof RpcError && error.code === 'INVALID_ARGUMENT' && error.message.includes('"verbose"'),
    );
  });

  it('leaves out fields that are undefined', () => {
    const { lines, logger } = collect({ level: 'warn' });
    logger.warn('m', { address: undefined, port: 1 });
    assert.match(lines[0] as string, / m port=1\n$/);
  });

  it('quotes values in which blanks, quotes or equals signs stand, and empty ones', () => {
    const { lines, logger } = collect({ level: 'warn' });
    logger.warn('m', { a: 'x y', b: 'x"y', c: 'x=y', d: '' });
    assert.match(lines[0] as string, / a="x y" b="x\\"y" c="x=y" d=""\n$/);
  });

  it('keeps a message with line breaks and terminal codes on one harmless line', () => {
    const { lines, logger } = collect({ level: 'warn' });
    logger.warn('first\nsecond\u001b[2J\u2028', { reason: 'a\r\nb\u009b' });
    const line = lines[0] as string;
    assert.ok(line.includes('first\\nsecond\\u001b[2J\\u2028 reason="a\\r\\nb\\u009b"'), line);
    assert.equal(line.indexOf('\n'), line.length - 1);
  });
});
