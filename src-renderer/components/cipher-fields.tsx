import { NumberInput, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import {
  HashAlgorithm,
  MAX_KDF_ITERATIONS,
  PAGE_SIZES,
  PLAINTEXT_HEADER_SIZES,
  type SqlcipherSettings,
} from '../../src-shared/model/database-encryption.ts';
import {
  COMPATIBILITIES,
  type Compatibility,
  SQLCIPHER_DEFAULTS,
  saltIn,
} from '../../src-shared/rules/cipher-settings.ts';
import { ALGORITHM_WORDS } from '../../src-shared/words/database-encryption-words.ts';
import { Disclosure } from './disclosure.tsx';

/** Custom settings as they are typed. */
export interface CipherDraft {
  /** Whose defaults were taken; it says nothing that the settings do not say. */
  version: Compatibility;
  /** Without a number of iterations they cannot be given. */
  settings: Omit<SqlcipherSettings, 'kdfIterations'> & { kdfIterations: number | '' };
  salt: string;
}

const DEFAULTS: CipherDraft = draftOf(4);

function draftOf(version: Compatibility): CipherDraft {
  const { kdfIterations, ...settings } = SQLCIPHER_DEFAULTS[version];
  return { version, settings: { ...settings, kdfIterations: kdfIterations ?? '' }, salt: '' };
}

/** Returns what custom settings add to a key, for the contract to take or to refuse. */
export function givenSettings(draft: CipherDraft | null): { settings?: CipherDraft['settings']; salt?: string } {
  if (draft === null) return {};
  const { settings, salt } = draft;
  if (settings.plaintextHeaderSize === 0 || salt.trim() === '') return { settings };
  return { settings, salt: digitsOf(salt) ?? salt };
}

/** The digits of a salt; `null`: it is none. */
function digitsOf(salt: string): string | null {
  try {
    return saltIn(salt);
  } catch {
    return null;
  }
}

const choices = <T extends string | number>(values: readonly T[], label: (value: T) => string) =>
  values.map((value) => ({ value: String(value), label: label(value) }));

const NO_HMAC = 'none';

interface CipherFieldsProps {
  /** `null`: nothing is custom. */
  draft: CipherDraft | null;
  onChange(draft: CipherDraft): void;
}

/** Asks for what SQLCipher has to be told besides the key, where its program has changed the defaults. */
export function CipherFields({ draft, onChange }: CipherFieldsProps) {
  const shown = draft ?? DEFAULTS;
  const { version, settings, salt } = shown;
  const set = (change: Partial<CipherDraft['settings']>): void =>
    onChange({ ...shown, settings: { ...settings, ...change } });
  return (
    <Disclosure title={draft === null ? 'Custom settings' : 'Custom settings: changed'}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          Only for a database whose program has changed the settings of SQLCipher. Common ones are found without them.
        </Text>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <Select
            label="Compatibility"
            data={choices(COMPATIBILITIES, (version) => `SQLCipher ${version}`)}
            value={String(version)}
            onChange={(value) => {
              const chosen = COMPATIBILITIES.find((each) => String(each) === value) ?? version;
              const { plaintextHeaderSize } = settings;
              const draft = draftOf(chosen);
              onChange({ ...draft, settings: { ...draft.settings, plaintextHeaderSize }, salt });
            }}
            allowDeselect={false}
          />
          <Select
            label="Page size"
            data={choices(PAGE_SIZES, (bytes) => `${bytes} bytes`)}
            value={String(settings.pageSize)}
            onChange={(value) =>
              set({ pageSize: PAGE_SIZES.find((each) => String(each) === value) ?? settings.pageSize })
            }
            allowDeselect={false}
          />
          <NumberInput
            label="KDF iterations"
            min={1}
            max={MAX_KDF_ITERATIONS}
            clampBehavior="strict"
            allowDecimal={false}
            allowNegative={false}
            value={settings.kdfIterations}
            onChange={(value) => set({ kdfIterations: typeof value === 'number' ? value : '' })}
            error={settings.kdfIterations === '' ? 'A number from 1 to 10,000,000.' : null}
          />
          <Select
            label="KDF algorithm"
            data={choices(HashAlgorithm.options, (algorithm) => ALGORITHM_WORDS[algorithm])}
            value={settings.kdfAlgorithm}
            onChange={(value) => set({ kdfAlgorithm: value as HashAlgorithm })}
            allowDeselect={false}
          />
          <Select
            label="HMAC"
            data={[
              ...choices(HashAlgorithm.options, (algorithm) => ALGORITHM_WORDS[algorithm]),
              { value: NO_HMAC, label: 'Off' },
            ]}
            value={settings.hmacAlgorithm ?? NO_HMAC}
            onChange={(value) => set({ hmacAlgorithm: value === NO_HMAC ? null : (value as HashAlgorithm) })}
            allowDeselect={false}
          />
          <Select
            label="Plaintext header"
            data={choices(PLAINTEXT_HEADER_SIZES, (bytes) => (bytes === 0 ? 'None' : `${bytes} bytes`))}
            value={String(settings.plaintextHeaderSize)}
            onChange={(value) =>
              set({
                plaintextHeaderSize:
                  PLAINTEXT_HEADER_SIZES.find((each) => String(each) === value) ?? settings.plaintextHeaderSize,
              })
            }
            allowDeselect={false}
          />
        </SimpleGrid>
        {settings.plaintextHeaderSize > 0 && (
          <TextInput
            label="Salt"
            description="32 hexadecimal digits. A raw key of 96 digits has it in it."
            value={salt}
            onChange={(event) => onChange({ ...shown, salt: event.currentTarget.value })}
            error={salt.trim() === '' || digitsOf(salt) !== null ? null : 'A salt has 32 hexadecimal digits.'}
            autoComplete="off"
            spellCheck={false}
          />
        )}
      </Stack>
    </Disclosure>
  );
}
