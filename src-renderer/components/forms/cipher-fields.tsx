import { NumberInput, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import {
  HashAlgorithm,
  MAX_KDF_ITERATIONS,
  PAGE_SIZES,
  PLAINTEXT_HEADER_SIZES,
  type SqlcipherSettings,
} from '../../../src-shared/model/database-encryption.ts';
import {
  COMPATIBILITIES,
  type Compatibility,
  SQLCIPHER_DEFAULTS,
  saltIn,
} from '../../../src-shared/rules/sqlite/cipher-settings.ts';
import { ALGORITHM_WORDS } from '../../../src-shared/words/database-encryption-words.ts';
import { Disclosure } from '../layout/disclosure.tsx';

/** Custom cipher settings as they are typed. */
export interface CipherDraft {
  /** The version whose defaults were chosen. */
  version: Compatibility;
  /** The settings are complete only with a number of iterations. */
  settings: Omit<SqlcipherSettings, 'kdfIterations'> & { kdfIterations: number | '' };
  salt: string;
}

const DEFAULTS: CipherDraft = draftOf(4);

function draftOf(version: Compatibility): CipherDraft {
  const { kdfIterations, ...settings } = SQLCIPHER_DEFAULTS[version];
  return { version, settings: { ...settings, kdfIterations: kdfIterations ?? '' }, salt: '' };
}

/** Returns the custom settings as parameters of a key; the contract checks them. */
export function givenSettings(draft: CipherDraft | null): { settings?: CipherDraft['settings']; salt?: string } {
  if (draft === null) return {};
  const { settings, salt } = draft;
  if (settings.plaintextHeaderSize === 0 || salt.trim() === '') return { settings };
  return { settings, salt: digitsOf(salt) ?? salt };
}

/** Returns the digits of a salt; `null`: not a salt. */
function digitsOf(salt: string): string | null {
  try {
    return saltIn(salt);
  } catch {
    return null;
  }
}

const choices = <T extends string | number>(values: readonly T[], label: (value: T) => string) =>
  values.map((value) => ({ value, label: label(value) }));

const NO_HMAC = 'none';

interface CipherFieldsProps {
  /** `null`: no custom settings. */
  draft: CipherDraft | null;
  onChange(draft: CipherDraft): void;
}

/** Asks for SQLCipher settings that differ from the defaults. */
export function CipherFields({ draft, onChange }: CipherFieldsProps) {
  const shown = draft ?? DEFAULTS;
  const { version, settings, salt } = shown;
  const set = (change: Partial<CipherDraft['settings']>): void =>
    onChange({ ...shown, settings: { ...settings, ...change } });
  return (
    <Disclosure title={draft === null ? 'Cipher settings: default' : 'Cipher settings: custom'}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          Only needed for databases with unusual SQLCipher settings. Common settings are detected.
        </Text>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <Select
            label="Compatibility"
            data={choices(COMPATIBILITIES, (version) => `SQLCipher ${version}`)}
            value={version}
            onChange={(chosen) => {
              const { plaintextHeaderSize } = settings;
              const defaults = draftOf(chosen ?? version);
              onChange({ ...defaults, settings: { ...defaults.settings, plaintextHeaderSize }, salt });
            }}
            allowDeselect={false}
          />
          <Select
            label="Page size"
            data={choices(PAGE_SIZES, (bytes) => `${bytes} bytes`)}
            value={settings.pageSize}
            onChange={(pageSize) => set({ pageSize: pageSize ?? settings.pageSize })}
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
            error={settings.kdfIterations === '' ? 'Enter a number from 1 to 10,000,000.' : null}
          />
          <Select
            label="KDF algorithm"
            data={choices(HashAlgorithm.options, (algorithm) => ALGORITHM_WORDS[algorithm])}
            value={settings.kdfAlgorithm}
            onChange={(value) => set({ kdfAlgorithm: value ?? settings.kdfAlgorithm })}
            allowDeselect={false}
          />
          <Select
            label="HMAC"
            data={[
              ...choices(HashAlgorithm.options, (algorithm) => ALGORITHM_WORDS[algorithm]),
              { value: NO_HMAC, label: 'Off' },
            ]}
            value={settings.hmacAlgorithm ?? NO_HMAC}
            onChange={(value) => set({ hmacAlgorithm: value === NO_HMAC ? null : value })}
            allowDeselect={false}
          />
          <Select
            label="Plaintext header"
            data={choices(PLAINTEXT_HEADER_SIZES, (bytes) => (bytes === 0 ? 'None' : `${bytes} bytes`))}
            value={settings.plaintextHeaderSize}
            onChange={(bytes) => set({ plaintextHeaderSize: bytes ?? settings.plaintextHeaderSize })}
            allowDeselect={false}
          />
        </SimpleGrid>
        {settings.plaintextHeaderSize > 0 && (
          <TextInput
            label="Salt"
            description="32 hexadecimal digits. Not needed with a raw key of 96 digits, which includes it."
            value={salt}
            onChange={(event) => onChange({ ...shown, salt: event.currentTarget.value })}
            error={salt.trim() === '' || digitsOf(salt) !== null ? null : 'Enter 32 hexadecimal digits.'}
            autoComplete="off"
            spellCheck={false}
          />
        )}
      </Stack>
    </Disclosure>
  );
}
