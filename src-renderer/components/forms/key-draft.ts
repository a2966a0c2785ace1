import { type UseFormReturnType, useForm } from '@mantine/form';
import { type HashAlgorithm, KeyInput, type SqlcipherSettings } from '../../../src-shared/model/database-encryption.ts';
import { type Compatibility, SQLCIPHER_DEFAULTS, saltIn } from '../../../src-shared/rules/sqlite/cipher-settings.ts';

/** Where a key comes from: it is entered, or read from an environment variable or a command. */
export type KeyOrigin = 'value' | 'environment' | 'command';

/** SQLCipher settings as they are typed. */
export interface CipherDraft extends Pick<SqlcipherSettings, 'pageSize' | 'kdfAlgorithm' | 'plaintextHeaderSize'> {
  /** The version whose defaults were chosen. */
  version: Compatibility;
  kdfIterations: number | '';
  hmacAlgorithm: HashAlgorithm | 'none';
  salt: string;
}

/** A key as it is typed. */
interface KeyDraft {
  origin: KeyOrigin;
  /** The key, or the name of what it is read from. */
  text: string;
  cipher: CipherDraft;
}

export type KeyFormApi = UseFormReturnType<KeyDraft>;

/** The form of a key. */
export const useKeyForm = (origin: KeyOrigin, text: string): KeyFormApi =>
  useForm<KeyDraft>({ initialValues: { origin, text, cipher: cipherDraftOf(4) } });

/** Returns the default settings of a version of SQLCipher. */
export function cipherDraftOf(version: Compatibility): CipherDraft {
  const { pageSize, kdfIterations, kdfAlgorithm, hmacAlgorithm, plaintextHeaderSize } = SQLCIPHER_DEFAULTS[version];
  return {
    ...{ version, pageSize, kdfAlgorithm, plaintextHeaderSize },
    kdfIterations: kdfIterations ?? '',
    hmacAlgorithm: hmacAlgorithm ?? 'none',
    salt: '',
  };
}

/** Whether no setting was changed; the service then detects the settings. */
export const isDefault = (cipher: CipherDraft): boolean => JSON.stringify(cipher) === JSON.stringify(cipherDraftOf(4));

/** Returns the key of a draft with its custom settings; `null`: it is incomplete. */
export function keyOf({ origin, text, cipher }: KeyDraft): KeyInput | null {
  const { version: _, salt, hmacAlgorithm, ...rest } = cipher;
  const settings = { ...rest, cipher: 'sqlcipher', hmacAlgorithm: hmacAlgorithm === 'none' ? null : hmacAlgorithm };
  const isSaltGiven = cipher.plaintextHeaderSize > 0 && salt.trim() !== '';
  const key = KeyInput.safeParse({
    [origin]: text,
    ...(isDefault(cipher) ? {} : { settings }),
    ...(isSaltGiven ? { salt: saltDigits(salt) ?? salt } : {}),
  });
  return key.success ? key.data : null;
}

/** Returns the digits of a salt; `null`: not a salt. */
export function saltDigits(salt: string): string | null {
  try {
    return saltIn(salt);
  } catch {
    return null;
  }
}
