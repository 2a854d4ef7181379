import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { codeFrame } from '../../../src/codegen/source/code-frame.ts';
import { formatDiagnostic } from '../../../src/codegen/source/diagnostic.ts';

for (const [fact, sourceLine, part, marker] of [
  ['a marker covers what is wrong', '  a: any;', 'any', '     ^^^'],
  ['tabs before the place stay tabs', '\t\ta: any;', 'any', '\t\t   ^^^'],
  ['wide characters before the place count twice', "a: '日本' | any", 'any', '            ^^^'],
  ['emoji count twice, also as surrogate pairs', '/* 😀 */ any', 'any', '         ^^^'],
  ['combining marks count nothing', "'e\u0301' | any", 'any', '      ^^^'],
  ['wide characters that are wrong get two marks each', 'a: 日本', '日本', '   ^^^^'],
  ['an empty stretch still gets a mark', 'abc', '', '^'],
] as const) {
  test(fact, () => {
    const frame = codeFrame({ sourceLine, column: sourceLine.indexOf(part) + 1, length: part.length });
    assert.deepEqual(frame, { text: sourceLine, marker });
  });
}

test('a long line is cut around the place', () => {
  const frame = codeFrame({ sourceLine: `${'x'.repeat(500)}any${'y'.repeat(500)}`, column: 501, length: 3 });
  assert.equal(frame.text.length, 142);
  assert.ok(frame.text.startsWith('…x') && frame.text.endsWith('y…'));
  assert.equal(frame.text.slice(frame.marker.indexOf('^'), frame.marker.length), 'any');
});

test('a place at the beginning of a long line is shown from the beginning', () => {
  const frame = codeFrame({ sourceLine: `any${'y'.repeat(500)}`, column: 1, length: 3 });
  assert.deepEqual([frame.text.slice(0, 4), frame.marker], ['anyy', '^^^']);
});

test('whatever the line and the place, there is a marker and nothing that steers a terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.nat(500), fc.nat(500), (sourceLine, start, length) => {
      const { text, marker } = codeFrame({ sourceLine: sourceLine.replaceAll('\n', ''), column: start + 1, length });
      assert.match(marker, /^[ \t]*\^+$/u);
      assert.ok(text.length <= 142);
      assert.doesNotMatch(text, /(?!\t)\p{Cc}/u);
    }),
  );
});

const DIAGNOSTIC = {
  file: 'a.rpc.ts',
  line: 3,
  column: 4,
  message: 'bad\u001b[2J',
  hint: 'say \u001b]0;x',
  sourceLine: 'a: any',
  length: 3,
};

test('messages and hints cannot steer a terminal either', () => {
  assert.equal(
    formatDiagnostic(DIAGNOSTIC),
    ['a.rpc.ts:3:4: error: bad\ufffd[2J', '  3 | a: any', '    |    ^^^', '  hint: say \ufffd]0;x'].join('\n'),
  );
});

test('with colours the text is the same', () => {
  const painted = formatDiagnostic(DIAGNOSTIC, undefined, 'color');
  assert.ok(painted.includes('\u001b[31merror\u001b[39m'));
  assert.equal(stripVTControlCharacters(painted), formatDiagnostic(DIAGNOSTIC));
});

test('a problem with a whole file has no place and no line', () => {
  assert.equal(formatDiagnostic({ file: 'a.rpc.ts', message: 'the file cannot be read' }), 'a.rpc.ts: error: the file cannot be read');
});
