import type { X509Certificate } from 'node:crypto';
import type { PeerCertificate } from '../ports/transport.ts';

/** What the transport seam says of a verified certificate. */
export function toPeerCertificate(certificate: X509Certificate): PeerCertificate {
  return {
    commonName: commonNameOf(certificate.subject),
    subjectNames: splitSubjectNames(certificate.subjectAltName),
    fingerprint256: certificate.fingerprint256,
    raw: certificate.raw,
  };
}

/** Node.js writes one attribute a line (`O=Example\nCN=localhost`), with `\` before what would be mistaken for the grammar. */
function commonNameOf(subject: string | undefined): string {
  const line = subject?.split('\n').find((attribute) => attribute.startsWith('CN='));
  return line === undefined ? '' : line.slice('CN='.length).replace(/\\(.)/g, '$1');
}

/** Node.js puts a name in JSON quotes when it holds a comma or another character that could be mistaken for the end of the name. */
function splitSubjectNames(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const names = text.match(SUBJECT_NAME) ?? [];
  return names.map((name) => {
    const quote = name.indexOf(':"');
    return quote === -1 ? name : name.slice(0, quote + 1) + String(JSON.parse(name.slice(quote + 1)));
  });
}

const SUBJECT_NAME = /[^,\s][^,"]*(?:"(?:[^"\\]|\\.)*")?/g;
