import type { Identity } from 'age-encryption';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { errorCode } from '../engine-errors.ts';
import { ARMOR_START } from '../identify/identify-file.ts';
import type { EncryptionSecret } from './encryption.ts';
import { damagedData, type PieceReader, streamOf } from './piece-reader.ts';
import { passphraseIdentity } from './scrypt-stanza.ts';

const LONGEST_ARMOR_LINE = 1000;
const ARMOR_END = '-----END AGE ENCRYPTED FILE-----';

const HINTS: Record<EncryptionSecret['kind'], string> = {
  passphrase: 'Enter the passphrase it was encrypted with.',
  identity: 'Enter the identity of one of its recipients: a line that starts with AGE-SECRET-KEY-1.',
};

/** An opened encryption: what is in it, and what opened it. */
export interface Decrypted {
  pieces: AsyncGenerator<Buffer>;
  secret: EncryptionSecret;
}

/**
 * Nothing that was tried opens an encryption. Whoever knows the file's hash tells whether it is damaged; the message is for
 * files of which nothing else is known.
 */
export class DecryptionError extends SnapkeepError {
  /** What would open it. */
  readonly asks: EncryptionSecret['kind'];
  /** The file's SHA-256, where it is known to be the one that was stored. */
  readonly wholeAs: string | undefined;

  constructor(message: string, asks: EncryptionSecret['kind'], wholeAs?: string) {
    super('BAD_KEY', message, { hint: HINTS[asks], details: { asks } });
    this.asks = asks;
    this.wholeAs = wholeAs;
  }
}

/**
 * Opens what is encrypted with age, in bytes or in letters.
 * @throws DecryptionError when no secret fits; SnapkeepError `CORRUPT` when the header is damaged. The pieces throw
 * `CORRUPT` when what follows it is damaged or truncated.
 */
export async function decrypt(stored: PieceReader, secrets: readonly EncryptionSecret[]): Promise<Decrypted> {
  const inLetters = (await stored.peek(ARMOR_START.length)).toString('latin1') === ARMOR_START;
  const encrypted = streamOf(inLetters ? withoutArmor(stored.rest()) : stored.rest());
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  let asks: EncryptionSecret['kind'] | undefined;
  let failed = 0;
  decrypter.addIdentity(
    observer((stanzaKinds) => {
      asks = stanzaKinds.includes('scrypt') ? 'passphrase' : 'identity';
    }),
  );
  for (const { kind, text } of secrets) {
    decrypter.addIdentity(kind === 'passphrase' ? passphraseIdentity(text) : text);
    decrypter.addIdentity(
      observer(() => {
        failed += 1;
      }),
    );
  }
  try {
    const plain = await decrypter.decrypt(encrypted);
    const secret = secrets[failed];
    if (secret === undefined) throw damagedData(undefined, 'encrypted');
    return { pieces: plainPieces(plain), secret };
  } catch (error) {
    // The header was read and none of the secrets fits it; whatever else is wrong with it is damage.
    if (asks !== undefined && failed === secrets.length) throw decryptionError(asks, secrets);
    throw explained(error);
  }
}

/** The library tries one identity after the other and does not say which has opened it: this one only looks on. */
function observer(observe: (stanzaKinds: (string | undefined)[]) => void): Identity {
  return {
    unwrapFileKey: (stanzas) => {
      observe(stanzas.map(({ args }) => args[0]));
      return null;
    },
  };
}

async function* plainPieces(plain: ReadableStream<Uint8Array>): AsyncGenerator<Buffer> {
  try {
    for await (const piece of plain) yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  } catch (error) {
    throw explained(error);
  }
}

/** What reads the file has its own errors; the library's are all of what it reads. */
function explained(error: unknown): unknown {
  return error instanceof SnapkeepError || errorCode(error) !== undefined ? error : damagedData(error, 'encrypted');
}

/** The bytes of a file in letters. Whether they are right is seen by what they are: each is authenticated. */
async function* withoutArmor(letters: AsyncGenerator<Buffer>): AsyncGenerator<Uint8Array> {
  let kept = '';
  let ended = false;
  for await (const piece of letters) {
    const lines = (kept + piece.toString('latin1')).split('\n');
    kept = lines.pop() ?? '';
    // A line has 64 letters.
    if (kept.length > LONGEST_ARMOR_LINE) throw damagedData(undefined, 'encrypted');
    for (const line of [...lines, ...(kept.trimEnd() === ARMOR_END ? [kept] : [])].map((each) => each.trimEnd())) {
      ended ||= line === ARMOR_END;
      if (!ended && line !== ARMOR_START) yield Buffer.from(line, 'base64');
    }
  }
  if (!ended) throw damagedData(undefined, 'encrypted');
}

function decryptionError(asks: EncryptionSecret['kind'], secrets: readonly EncryptionSecret[]): DecryptionError {
  const tried = secrets.some(({ kind }) => kind === asks);
  const message =
    asks === 'passphrase'
      ? tried
        ? 'No known passphrase opens it: it is encrypted with another one, or its header is damaged.'
        : 'It is encrypted with an unknown passphrase.'
      : tried
        ? 'No known identity opens it: it is encrypted for others, or its header is damaged.'
        : 'It is encrypted for recipients whose identities are unknown.';
  return new DecryptionError(message, asks);
}
