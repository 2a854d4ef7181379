import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ErrorCode } from '../../../../src/errors/codes.ts';
import { RpcError } from '../../../../src/errors/rpc-error.ts';
import type { CloseInfo } from '../../../../src/ports/transport.ts';
import {
  APPLICATION_CODE_BASE,
  type DialTarget,
  describeLaneError,
  dialError,
  handshakeError,
  laneError,
  listenError,
  toCloseInfo,
} from '../../../../src/transports/quic/quic-error.ts';

const target: DialTarget = {
  address: 'node.local:61000',
  serverName: 'node.local',
  alpn: 'rpcnet/1',
  hasOwnCertificate: false,
  trust: 'the given ca',
};

describe('the end of a QUIC connection', () => {
  const ends: readonly { readonly title: string; readonly errorCode: number; readonly reason: string; readonly info: CloseInfo }[] = [
    { title: 'a code of ours', errorCode: APPLICATION_CODE_BASE, reason: 'done', info: { code: 0, reason: 'done', by: 'remote' } },
    {
      title: 'a large code of ours',
      errorCode: APPLICATION_CODE_BASE + 65_535,
      reason: '',
      info: { code: 65_535, reason: '', by: 'remote' },
    },
    {
      title: 'a code of ours with the words of the idle timeout',
      errorCode: APPLICATION_CODE_BASE,
      reason: 'idle timeout',
      info: { code: 0, reason: 'idle timeout', by: 'remote' },
    },
    {
      title: 'the idle timeout',
      errorCode: 0,
      reason: 'idle timeout',
      info: { code: 0, reason: 'nothing came from the peer within the idle timeout', by: 'network' },
    },
    {
      title: 'the end of a server that had not seen it',
      errorCode: 0,
      reason: 'server shutdown',
      info: { code: 0, reason: 'the server closed', by: 'remote' },
    },
    { title: 'an end without a word', errorCode: 0, reason: '', info: { code: 0, reason: 'the peer closed', by: 'remote' } },
    { title: 'a QUIC error', errorCode: 7, reason: 'bad frame', info: { code: 0, reason: 'QUIC error 7: bad frame', by: 'remote' } },
    {
      title: 'a close before the handshake was confirmed',
      errorCode: 12,
      reason: '',
      info: { code: 0, reason: 'the peer closed before the handshake was confirmed, when no reason can be sent', by: 'remote' },
    },
    { title: 'a QUIC error without a word', errorCode: 10, reason: '', info: { code: 0, reason: 'QUIC error 10', by: 'remote' } },
  ];
  for (const { title, errorCode, reason, info } of ends) {
    it(`is read from ${title}`, () => {
      assert.deepEqual(toCloseInfo({ errorCode, reason }), info);
    });
  }

  const refusals = [
    { alert: 0, says: /a client certificate is required and none was shown; set cert and key/ },
    { alert: 116, says: /certificate required/ },
    { alert: 48, says: /unknown certificate authority; check that the certificate of this side is signed by the ca of the peer/ },
    { alert: 45, says: /certificate expired/ },
    { alert: 42, says: /bad certificate/ },
    { alert: 255, says: /alert 255/ },
  ];
  for (const { alert, says } of refusals) {
    it(`is a refusal by TLS after alert ${alert}`, () => {
      const { code, by, isTlsRefusal, reason } = toCloseInfo({ errorCode: 0x100 + alert, reason: '' });
      assert.deepEqual({ code, by, isTlsRefusal }, { code: 0, by: 'remote', isTlsRefusal: true });
      assert.match(reason, says);
    });
  }
});

describe('the error of a failed QUIC handshake', () => {
  const failures: readonly { readonly errorCode: number; readonly reason?: string; readonly code: ErrorCode; readonly says: RegExp }[] = [
    { errorCode: 0x100 + 120, code: 'FAILED_PRECONDITION', says: /node\.local:61000 does not speak rpcnet\/1/ },
    { errorCode: 0x100 + 48, code: 'UNAUTHENTICATED', says: /not signed by the given ca \(unknown authority\)$/ },
    { errorCode: 0x100 + 45, code: 'UNAUTHENTICATED', says: /has expired or is not valid yet/ },
    { errorCode: 0x100 + 42, code: 'UNAUTHENTICATED', says: /not made out to "node\.local"/ },
    { errorCode: 0x100 + 116, code: 'UNAUTHENTICATED', says: /wants a client certificate/ },
    { errorCode: 0x100, code: 'UNAUTHENTICATED', says: /a client certificate is required/ },
    { errorCode: 0x100 + 99, code: 'UNAUTHENTICATED', says: /alert 99/ },
    { errorCode: 0, reason: 'server shutdown', code: 'UNAVAILABLE', says: /closed the connection during the handshake: server shutdown$/ },
    { errorCode: 2, reason: 'refused', code: 'UNAVAILABLE', says: /during the handshake: QUIC error 2: refused$/ },
    { errorCode: 12, code: 'UNAVAILABLE', says: /before the handshake was confirmed, when no reason can be sent$/ },
    { errorCode: 2, code: 'UNAVAILABLE', says: /QUIC error 2/ },
  ];
  for (const { errorCode, reason = '', code, says } of failures) {
    it(`is ${code} for code 0x${errorCode.toString(16)}`, () => {
      const error = handshakeError({ errorCode, reason }, target);
      assert.equal(error.code, code);
      assert.match(error.message, says);
    });
  }

  it('names the own certificate as another possible cause when one was shown', () => {
    const error = handshakeError({ errorCode: 0x100 + 48, reason: '' }, { ...target, hasOwnCertificate: true });
    assert.match(error.message, /unknown authority\)\. Or the server refused the certificate of this side/);
  });
});

describe('what the QUIC engine throws', () => {
  const own = new RpcError('NOT_FOUND', 'ours');
  const cases: readonly { readonly title: string; readonly error: RpcError; readonly code: ErrorCode; readonly says: RegExp }[] = [
    { title: 'dialling, ours already', error: dialError(own, target), code: 'NOT_FOUND', says: /^ours$/ },
    {
      title: 'dialling',
      error: dialError(new Error('[h3:E1] no route'), target),
      code: 'UNAVAILABLE',
      says: /Connecting to node\.local:61000 failed: no route$/,
    },
    { title: 'dialling, no Error', error: dialError('odd', target), code: 'UNAVAILABLE', says: /failed: odd$/ },
    {
      title: 'dialling without a binary',
      error: dialError(new Error('Cannot find native binding'), target),
      code: 'FAILED_PRECONDITION',
      says: /QUIC engine cannot be loaded on \w+-\w+: .*it has binaries for Linux x64/,
    },
    { title: 'listening, ours already', error: listenError(own, '0.0.0.0:1'), code: 'NOT_FOUND', says: /^ours$/ },
    {
      title: 'listening on a port in use',
      error: listenError(new Error('Address already in use (os error 98)'), '0.0.0.0:1'),
      code: 'ALREADY_EXISTS',
      says: /0\.0\.0\.0:1 is in use/,
    },
    {
      title: 'listening with bad TLS',
      error: listenError(new Error('TlsFail'), '0.0.0.0:1'),
      code: 'INVALID_ARGUMENT',
      says: /certificate, key or ca/,
    },
    {
      title: 'listening without a binary',
      error: listenError(new Error('GLIBC_2.34 not found'), '0.0.0.0:1'),
      code: 'FAILED_PRECONDITION',
      says: /GLIBC_2\.34/,
    },
    {
      title: 'listening',
      error: listenError(new Error('odd'), '0.0.0.0:1'),
      code: 'UNAVAILABLE',
      says: /Listening on 0\.0\.0\.0:1 failed: odd/,
    },
    {
      title: 'opening a lane above the limit',
      error: laneError(new Error('StreamLimit')),
      code: 'RESOURCE_EXHAUSTED',
      says: /no more lanes/,
    },
    {
      title: 'opening a lane',
      error: laneError(new Error('QUIC session closed')),
      code: 'UNAVAILABLE',
      says: /takes no new lane: QUIC session closed/,
    },
  ];
  for (const { title, error, code, says } of cases) {
    it(`when ${title} is ${code}`, () => {
      assert.equal(error.code, code);
      assert.match(error.message, says);
    });
  }

  it('on a lane gives the reset code, which is in the text alone', () => {
    for (const text of ['StreamReset(42)', 'StreamStopped(42)', 'stream reset: 42']) {
      assert.equal(describeLaneError(new Error(text)), 'the peer reset the lane with code 42');
    }
    assert.equal(describeLaneError(new Error('odd')), 'the lane failed: odd');
  });

  it('is kept as the cause', () => {
    const cause = new Error('no route');
    assert.equal(dialError(cause, target).cause, cause);
    assert.equal(listenError(cause, '0.0.0.0:1').cause, cause);
  });
});
