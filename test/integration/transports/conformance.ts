import { afterEach, before, describe } from 'node:test';
import { type ConformanceSubject, TransportBench } from './conformance/bench.ts';
import { describeCertificates } from './conformance/certificates.ts';
import { describeClosing } from './conformance/closing.ts';
import { describeConnecting } from './conformance/connecting.ts';
import { describeLanes } from './conformance/lanes.ts';

/** The promises of `src/ports/transport.ts`, checked on one transport; one file of `conformance/` for each topic. */
export function describeTransport(name: string, createSubject: () => Promise<ConformanceSubject>): void {
  describe(`transport ${name}`, () => {
    const bench = new TransportBench();
    before(() => bench.prepare(createSubject));
    afterEach(() => bench.closeAll());

    describeLanes(bench);
    describeClosing(bench);
    describeConnecting(bench);
    describeCertificates(bench);
  });
}
