import type { ByteReader, ByteWriter, CallContext, MethodDescriptor, ServiceRegistration } from '../src/generated.ts';
import { isObject, mismatch, readBytes, readNumber, toDecodeError, toEncodeError, writeBytes, writeNumber } from '../src/generated.ts';

/** What travels both ways in a call, and as the item of a stream. */
export interface EchoMessage {
  readonly data: Uint8Array;
}

/** How many items a stream is to have. */
export interface TicksRequest {
  readonly count: number;
}

/** The service as `rpcnet-gen` would write it: the same calls, in the same order, around every value. */
export const echoMethods: {
  readonly echo: MethodDescriptor<EchoMessage, EchoMessage>;
  readonly ticks: MethodDescriptor<TicksRequest, EchoMessage>;
  readonly watch: MethodDescriptor<TicksRequest, EchoMessage>;
} = {
  echo: {
    name: 'EchoService.echo',
    kind: 'unary',
    request: {
      encode(value, writer) {
        try {
          writeEchoMessage(value, writer);
        } catch (error) {
          throw toEncodeError('EchoService.echo', 'request', error);
        }
      },
      decode(reader) {
        try {
          return readEchoMessage(reader);
        } catch (error) {
          throw toDecodeError('EchoService.echo', 'request', error);
        }
      },
    },
    response: {
      encode(value, writer) {
        try {
          writeEchoMessage(value, writer);
        } catch (error) {
          throw toEncodeError('EchoService.echo', 'response', error);
        }
      },
      decode(reader) {
        try {
          return readEchoMessage(reader);
        } catch (error) {
          throw toDecodeError('EchoService.echo', 'response', error);
        }
      },
    },
    fingerprint: '6563686f00000001',
  },
  ticks: {
    name: 'EchoService.ticks',
    kind: 'serverStreaming',
    request: {
      encode(value, writer) {
        try {
          writeTicksRequest(value, writer);
        } catch (error) {
          throw toEncodeError('EchoService.ticks', 'request', error);
        }
      },
      decode(reader) {
        try {
          return readTicksRequest(reader);
        } catch (error) {
          throw toDecodeError('EchoService.ticks', 'request', error);
        }
      },
    },
    response: {
      encode(value, writer) {
        try {
          writeEchoMessage(value, writer);
        } catch (error) {
          throw toEncodeError('EchoService.ticks', 'response item', error);
        }
      },
      decode(reader) {
        try {
          return readEchoMessage(reader);
        } catch (error) {
          throw toDecodeError('EchoService.ticks', 'response item', error);
        }
      },
    },
    fingerprint: '7469636b00000001',
  },
  watch: {
    name: 'EchoService.watch',
    kind: 'serverStreaming',
    request: {
      encode(value, writer) {
        try {
          writeTicksRequest(value, writer);
        } catch (error) {
          throw toEncodeError('EchoService.watch', 'request', error);
        }
      },
      decode(reader) {
        try {
          return readTicksRequest(reader);
        } catch (error) {
          throw toDecodeError('EchoService.watch', 'request', error);
        }
      },
    },
    response: {
      encode(value, writer) {
        try {
          writeEchoMessage(value, writer);
        } catch (error) {
          throw toEncodeError('EchoService.watch', 'response item', error);
        }
      },
      decode(reader) {
        try {
          return readEchoMessage(reader);
        } catch (error) {
          throw toDecodeError('EchoService.watch', 'response item', error);
        }
      },
    },
    fingerprint: '7761746300000001',
  },
};

/** What a server of the service does. */
export interface EchoHandler {
  echo(request: EchoMessage, context: CallContext): Promise<EchoMessage> | EchoMessage;
  ticks(request: TicksRequest, context: CallContext): AsyncIterable<EchoMessage>;
  /** Stays open after the last item. */
  watch(request: TicksRequest, context: CallContext): AsyncIterable<EchoMessage>;
}

/** The service with its handler, ready for `server.register`. */
export function echoService(handler: EchoHandler): ServiceRegistration {
  return {
    name: 'EchoService',
    methods: [
      {
        kind: 'unary',
        method: echoMethods.echo,
        handle: (request: EchoMessage, context) => handler.echo(request, context),
      },
      {
        kind: 'serverStreaming',
        method: echoMethods.ticks,
        handle: (request: TicksRequest, context) => handler.ticks(request, context),
      },
      {
        kind: 'serverStreaming',
        method: echoMethods.watch,
        handle: (request: TicksRequest, context) => handler.watch(request, context),
      },
    ],
  };
}

function writeEchoMessage(value: EchoMessage, writer: ByteWriter): void {
  if (!isObject(value)) throw mismatch(value, 'an object');
  const data = value.data;
  if (!writeBytes(writer, data)) throw mismatch(data, 'a Uint8Array', 'data');
}

function readEchoMessage(reader: ByteReader): EchoMessage {
  const data = readBytes(reader);
  return { data };
}

function writeTicksRequest(value: TicksRequest, writer: ByteWriter): void {
  if (!isObject(value)) throw mismatch(value, 'an object');
  const count = value.count;
  if (!writeNumber(writer, count)) throw mismatch(count, 'a number', 'count');
}

function readTicksRequest(reader: ByteReader): TicksRequest {
  const count = readNumber(reader);
  return { count };
}
