import { isSecretName } from './without-secrets.ts';

const HIDDEN = '[redacted]';
/** What stands between `://` and `@` of an address. */
const CREDENTIALS = /:\/\/[^\s/@"'<>]+@/g;
/** A parameter of an address. */
const PARAMETER = /([?&])([\w.-]{1,60})=([^\s&#"'<>]+)/g;
/** Shorter texts stand in too many words that are no secrets. */
const SHORTEST_SECRET = 4;
const DEEPEST = 6;

/**
 * Takes secrets out of what is about to be logged: known values wherever they stand, values with the name of a secret,
 * and credentials in addresses. Errors become plain objects with their causes.
 * @param known secrets as they were entered
 */
export function redact(value: unknown, known: ReadonlySet<string>): unknown {
  return redactAt(value, known, 0);
}

/** The same for a text. */
export function redactText(text: string, known: ReadonlySet<string>): string {
  let clean = text;
  for (const secret of known) {
    if (secret.length < SHORTEST_SECRET) continue;
    clean = clean.replaceAll(secret, HIDDEN).replaceAll(encodeURIComponent(secret), HIDDEN);
  }
  return clean
    .replace(CREDENTIALS, `://${HIDDEN}@`)
    .replace(PARAMETER, (whole, before: string, name: string) =>
      isSecretName(name) ? `${before}${name}=${HIDDEN}` : whole,
    );
}

function redactAt(value: unknown, known: ReadonlySet<string>, depth: number): unknown {
  if (typeof value === 'string') return redactText(value, known);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return '…';
  if (Array.isArray(value)) return value.map((each) => redactAt(each, known, depth + 1));
  const fields = value instanceof Error ? factsOf(value) : value;
  return Object.fromEntries(
    Object.entries(fields).map(([name, each]) => [
      name,
      isSecretName(name) && typeof each !== 'boolean' ? HIDDEN : redactAt(each, known, depth + 1),
    ]),
  );
}

function factsOf(error: Error): object {
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    ...('code' in error ? { code: error.code } : {}),
    stack,
    ...(cause === undefined ? {} : { cause }),
  };
}
