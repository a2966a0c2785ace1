import { NumberInput, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import {
  HashAlgorithm,
  MAX_KDF_ITERATIONS,
  PAGE_SIZES,
  PLAINTEXT_HEADER_SIZES,
} from '../../../src-shared/model/database-encryption.ts';
import { COMPATIBILITIES } from '../../../src-shared/rules/sqlite/cipher-settings.ts';
import { ALGORITHM_WORDS } from '../../../src-shared/words/database-encryption-words.ts';
import { Disclosure } from '../layout/disclosure.tsx';
import { type CipherDraft, cipherDraftOf, isDefault, type KeyFormApi, saltDigits } from './key-draft.ts';

const choices = <T extends string | number>(values: readonly T[], label: (value: T) => string) =>
  values.map((value) => ({ value, label: label(value) }));

const VERSIONS = choices(COMPATIBILITIES, (version) => `SQLCipher ${version}`);
const SIZES = choices(PAGE_SIZES, (bytes) => `${bytes} bytes`);
const ALGORITHMS = choices(HashAlgorithm.options, (algorithm) => ALGORITHM_WORDS[algorithm]);
const HEADERS = choices(PLAINTEXT_HEADER_SIZES, (bytes) => (bytes === 0 ? 'None' : `${bytes} bytes`));

/** Asks for SQLCipher settings that differ from the defaults. */
export function CipherFields({ form }: { form: KeyFormApi }) {
  const { cipher } = form.values;
  const { version, kdfIterations, plaintextHeaderSize, salt } = cipher;
  const field = (name: keyof CipherDraft) => form.getInputProps(`cipher.${name}`);
  return (
    <Disclosure title={`Cipher settings: ${isDefault(cipher) ? 'default' : 'custom'}`}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          Only needed for databases with unusual SQLCipher settings. Common settings are detected.
        </Text>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <Select
            label="Compatibility"
            data={VERSIONS}
            value={version}
            onChange={(chosen) =>
              form.setFieldValue('cipher', { ...cipherDraftOf(chosen ?? version), plaintextHeaderSize, salt })
            }
            allowDeselect={false}
          />
          <Select label="Page size" data={SIZES} {...field('pageSize')} allowDeselect={false} />
          <NumberInput
            label="KDF iterations"
            min={1}
            max={MAX_KDF_ITERATIONS}
            clampBehavior="strict"
            allowDecimal={false}
            allowNegative={false}
            {...field('kdfIterations')}
            error={kdfIterations === '' ? 'Enter a number from 1 to 10,000,000.' : null}
          />
          <Select label="KDF algorithm" data={ALGORITHMS} {...field('kdfAlgorithm')} allowDeselect={false} />
          <Select
            label="HMAC"
            data={[...ALGORITHMS, { value: 'none', label: 'Off' }]}
            {...field('hmacAlgorithm')}
            allowDeselect={false}
          />
          <Select label="Plaintext header" data={HEADERS} {...field('plaintextHeaderSize')} allowDeselect={false} />
        </SimpleGrid>
        {plaintextHeaderSize > 0 && (
          <TextInput
            label="Salt"
            description="32 hexadecimal digits. Not needed with a raw key of 96 digits, which includes it."
            {...field('salt')}
            error={salt.trim() === '' || saltDigits(salt) !== null ? null : 'Enter 32 hexadecimal digits.'}
            autoComplete="off"
            spellCheck={false}
          />
        )}
      </Stack>
    </Disclosure>
  );
}
