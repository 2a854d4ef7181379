/** What `@peculiar/x509` exports. */
export type X509Library = typeof import('@peculiar/x509');

/**
 * Loads the certificate maker, only when certificates are made: it is no part of a running server or client.
 *
 * A library below it (tsyringe) refuses to load unless the two functions of the old metadata proposal exist, though for this use they have nothing to
 * answer. They are lent for the length of the import and taken away again, so that no other library of the process sees them.
 */
export async function loadX509Library(): Promise<X509Library> {
  const reflect: Partial<MetadataReflect> & typeof Reflect = Reflect;
  if (reflect.getMetadata !== undefined) return import('@peculiar/x509');
  reflect.getMetadata = noMetadata;
  reflect.getOwnMetadata = noMetadata;
  try {
    return await import('@peculiar/x509');
  } finally {
    delete reflect.getMetadata;
    delete reflect.getOwnMetadata;
  }
}

interface MetadataReflect {
  getMetadata: (key: unknown, target: unknown) => unknown;
  getOwnMetadata: (key: unknown, target: unknown) => unknown;
}

function noMetadata(): undefined {
  return undefined;
}
