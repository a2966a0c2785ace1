import * as fc from 'fast-check';
import {
  HashAlgorithm,
  MAX_KDF_ITERATIONS,
  PAGE_SIZES,
  PLAINTEXT_HEADER_SIZES,
  type SqlcipherSettings,
} from '../../src-shared/model/database-encryption.ts';

/** Settings of SQLCipher for a passphrase, with every value there is. */
export function anySettings(): fc.Arbitrary<SqlcipherSettings> {
  const algorithm = fc.constantFrom(...HashAlgorithm.options);
  return fc.record({
    cipher: fc.constant('sqlcipher' as const),
    pageSize: fc.constantFrom(...PAGE_SIZES),
    kdfIterations: fc.integer({ min: 1, max: MAX_KDF_ITERATIONS }),
    kdfAlgorithm: algorithm,
    hmacAlgorithm: fc.option(algorithm),
    plaintextHeaderSize: fc.constantFrom(...PLAINTEXT_HEADER_SIZES),
  });
}
