/** A text without the secrets that stood in it, and what they were called. */
export interface Cleaned {
  text: string;
  /** Names of variables, options or headers, each once; never the secrets. */
  secrets: string[];
}

/** A word of a shell: quoted, escaped or plain pieces in a row; a quote that is never closed goes to the end. */
const WORD = String.raw`(?:"(?:\\.|[^"\\])*(?:"|\\?$)|'[^']*(?:'|$)|\\.|[^\s"'\\;|&])+`;
/** A text in SQL, whose quotes are doubled inside of it. */
const SQL_TEXT = String.raw`x?'(?:[^']|'')*(?:'|$)|\\?"[^"]*(?:"|$)|[^\s;"']+`;

/** What only says where the secret comes from: a variable, or what a command prints. */
const REFERENCE = /^["']?(\$\w+|\$\{\w+\}|\$\((?!\s*(echo|printf)\b).*)["']?$/s;

/** Whether what is called so is secret. */
export function isSecretName(name: string): boolean {
  if (/(file|path|fd|dir|folder|command|cmd)$/i.test(name)) return false;
  return (
    /secret|passw|passphrase|token|credential|(^|[_-])pwd?$|pass$|(^|[_-]|api)key([_-]?id)?$/i.test(name) &&
    name !== 'PWD'
  );
}

/** Forms in which a secret stands in a line: what is kept before it, and the secret; `name` is what it is called. */
const FORMS: ReadonlyArray<{ form: RegExp; name?: string }> = [
  // "NAME=…" in quotes as a whole, then NAME=… as a word.
  { form: /(?<kept>(?<quote>["'])(?<called>[A-Za-z_]\w*)=)(?<secret>(?:\\.|(?!\k<quote>)[\s\S])*)(?=\k<quote>|$)/g },
  { form: new RegExp(String.raw`(?<kept>(?<![\w$-])(?<called>[A-Za-z_]\w*)=)(?<secret>${WORD})`, 'g') },
  {
    form: new RegExp(String.raw`(?<kept>(?<![\w-])--?(?<called>[A-Za-z][\w-]*)(?:=|\s+))(?<secret>(?!-)${WORD})`, 'g'),
  },
  { form: /(?<kept>\bAuthorization:\s*(?:\w+ +)?)(?<secret>[^\s"']+)/gi, name: 'Authorization' },
  { form: /(?<kept>\b(?:Bearer|Basic)\s+["']?)(?<secret>[^\s"']+)/gi, name: 'Authorization' },
  { form: /(?<kept>:\/\/[^\s:/@"']*:)(?<secret>[^\s/@"']+)(?=@)/g, name: 'the password in an address' },
  {
    form: new RegExp(String.raw`(?<kept>\bpragma\s+(?:re|hex|hexre)?key\s*=\s*)(?<secret>${SQL_TEXT})`, 'gi'),
    name: 'PRAGMA key',
  },
  { form: new RegExp(String.raw`(?<kept>\bsshpass\s+-p\s*)(?<secret>${WORD})`, 'g'), name: 'the password of sshpass' },
  { form: new RegExp(String.raw`(?<kept>\bpass:)(?<secret>${WORD})`, 'g'), name: 'the passphrase of openssl' },
  {
    form: new RegExp(String.raw`(?<kept>\bopenssl\b[^|;&\n]{0,300}?\s-k\s+)(?<secret>${WORD})`, 'g'),
    name: 'the passphrase of openssl',
  },
  {
    form: new RegExp(
      String.raw`(?<kept>\b(?:echo|printf)\s+(?:-n\s+)?)(?<secret>${WORD})(?=\s*\|\s*(?:sudo\s+)?(?:gpg|openssl|sqlcipher|age|hone|snapkeep)\b)`,
      'g',
    ),
    name: 'what was piped into a command',
  },
  {
    form: /(?<kept>(?:\s-u\s*|\s--user(?:=|\s+))["']?[^\s:"']+:)(?<secret>[^\s"']+)/g,
    name: 'the password after a user',
  },
  { form: /(?<kept>https?:\/\/)(?<secret>[^\s:/@"']+)(?=@)/g, name: 'the token in an address' },
  {
    form: /(?<kept>https:\/\/(?:hooks\.slack\.com\/services|discord(?:app)?\.com\/api\/webhooks)\/)(?<secret>[^\s"']+)/g,
    name: 'the address of a hook',
  },
  { form: /(?<kept>https?:\/\/[^\s"']{1,300}\/ping\/)(?<secret>[\w-]{16,})/g, name: 'the address of a ping' },
  { form: /(?<kept>https?:\/\/hc-ping\.com\/)(?<secret>[^\s"']+)/g, name: 'the address of a ping' },
  // A header of HTTP, and a line of settings.
  { form: /(?<kept>(?<![\w-])(?<called>[A-Za-z][\w-]*)["']?(?::| =)[ \t]+["']?)(?<secret>[^\s"']+)/g },
];

/** Of a longer text, in characters, nothing is kept. */
const LONGEST_COMMAND = 16_000;

/**
 * Takes the secrets out of a command, a script or a file of settings. What only names a variable (`"$TOKEN"`) is no
 * secret. `…` replaces each.
 */
export function withoutSecrets(text: string): Cleaned {
  if (text.length > LONGEST_COMMAND) return { text: '…', secrets: [] };
  const secrets = new Set<string>();
  const cleaned = FORMS.reduce(
    (current, { form, name }) =>
      current.replace(form, (whole: string, ...found: unknown[]) => {
        const groups = found.at(-1);
        const { kept = '', called = '', secret = '' } = isGroups(groups) ? groups : {};
        if (secret === '' || secret.startsWith('…') || REFERENCE.test(secret)) return whole;
        if (name === undefined && !isSecretName(called)) return whole;
        secrets.add(name ?? called);
        return `${kept}…`;
      }),
    text,
  );
  return { text: cleaned, secrets: [...secrets] };
}

function isGroups(value: unknown): value is Partial<Record<string, string>> {
  return typeof value === 'object' && value !== null;
}

/** A sentence for each secret that was left out. */
export function secretNotes(secrets: readonly string[]): string[] {
  return secrets.map(
    (name) => `A secret was found here (${name}). It was not saved: enter it in Snapkeep, and remove it from the file.`,
  );
}
