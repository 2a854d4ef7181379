import { tlsTransport } from '../../src/index.ts';
import type { Contender } from '../contender.ts';
import { rpcnetContender } from '../rpcnet-contender.ts';

export const contender: Contender<Uint8Array> = rpcnetContender('RpcNet on TLS', tlsTransport);
