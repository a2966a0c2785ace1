import { KEEP_ALL, type Retention } from '../model/plan.ts';
import type { OldCommandFacts } from '../model/third-party/old-schedule.ts';
import type { KnownProgram } from '../model/values.ts';
import { isSecretName, withoutSecrets } from '../rules/secrets/without-secrets.ts';
import { trimEndOf } from '../words/trimmed.ts';

/** Variables by name; secrets are never among them. */
export type Variables = Readonly<Record<string, string>>;

const DATE_MARK = '%DATE%';
const PATH = String.raw`("[^"]*"|'[^']*'|[^\s"';|&<>()]+)`;

const PROGRAMS: ReadonlyArray<[KnownProgram, RegExp]> = [
  ['pisovereign', /pisovereign/i],
  ['portunus', /portunus/i],
  ['soundbox', /sound-?box/i],
  ['openmemory', /openmemory|\bOM_[A-Z]|\/admin\/backup\b|backup:(create|list|restore)\b/i],
  ['hone', /\bhone\b|\bHONE_/i],
];

/** What a command does, the most telling first. */
const DEEDS: ReadonlyArray<[OldCommandFacts['does'], RegExp]> = [
  ['backup', /["']\.backup\b|vacuum\s+into|\bbackup\s+(create\b|--(out|output|s3))/i],
  ['verify', /verif(y|ication)|integrity_check|\bgzip -t\b/i],
  ['cleanup', /cleanup/i],
  ['copy', /\brsync\b|\baws s3 (sync|cp)\b|\bgsutil\b|\brclone\b|\bscp\b/],
  ['backup', /\b(cp|tar|gzip|sqlite3)\s/],
  ['cleanup', /\bprune\b|-delete\b/],
  ['backup', /backup|dump/i],
];

/** Reads a command, or a script of several lines. `variables` are those it is run with. */
export function readOldCommand(command: string, variables: Variables = {}): OldCommandFacts & { command: string } {
  const { text, secrets } = withoutSecrets(command);
  const dated = text.replace(/\$\(\s{0,9}date\b[^)]{0,200}\)|`\s{0,9}date\b[^`]{0,200}`/g, DATE_MARK);
  const all = { ...variables, ...assignments(dated) };
  const full = substitute(dated, all);
  const named = `${full} ${Object.keys(variables).join(' ')}`;
  const program = PROGRAMS.find(([, pattern]) => pattern.test(named))?.[0] ?? null;
  const does = DEEDS.find(([, pattern]) => pattern.test(full))?.[0] ?? 'unknown';
  return {
    command: text,
    program,
    does,
    source: does === 'copy' ? copied(full)[0] : sourceOf(full, all),
    destination: does === 'copy' ? copied(full)[1] : destinationOf(full, all),
    retention: retentionOf(full, all, program),
    secrets,
  };
}

/** The assignments of a script or a line, with what is put together from others left as it stands. */
function assignments(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  const form = /(?:^|[\s;&])(?:export\s+)?([A-Za-z_]\w*)=("(?:\\.|[^"\\])*"|'[^']*'|[^\s;|&]*)/g;
  for (const [, name = '', value = ''] of text.matchAll(form)) if (!isSecretName(name)) found[name] = unquote(value);
  return found;
}

/** Puts values for `$NAME` and `${NAME}`, a few times over, for values name others. */
function substitute(text: string, variables: Variables): string {
  let current = text;
  for (let round = 0; round < 4; round += 1)
    current = current.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
      const name = braced ?? bare ?? '';
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      return value === undefined || value.length > 500 ? whole : value;
    });
  return (
    current
      .replace(/\$\(\(\s*(\d+)\s*\*\s*(\d+)\s*\)\)/g, (_whole, a: string, b: string) => `${Number(a) * Number(b)}`)
      // Variables may be set inside of $(( )) without a dollar.
      .replace(/\$\(\(\s*([A-Z_]+)\s*\*\s*(\d+)\s*\)\)/g, (whole, name: string, factor: string) => {
        const value = Object.hasOwn(variables, name) ? Number(variables[name]) : Number.NaN;
        return Number.isInteger(value) ? `${value * Number(factor)}` : whole;
      })
  );
}

function sourceOf(full: string, variables: Variables): string | null {
  const folder = first(full, [`--data-dir[ =]${PATH}`]);
  if (folder !== null) return `${trimEndOf(folder, '/')}/state.db`;
  const path = variables.OM_DB_PATH ?? variables.DB_PATH ?? null;
  return known(path, variables) ?? first(full, [String.raw`sqlite3\s+${PATH}\s+["'](?:\.backup|vacuum\s+into)`]);
}

function destinationOf(full: string, variables: Variables): string | null {
  const { HONE_BACKUP_DIR, OM_BACKUP_DIR, BACKUP_DIR } = variables;
  const path =
    first(full, [
      `--(?:out|output|dir)[ =]${PATH}`,
      String.raw`vacuum\s+into\s+${PATH}`,
      String.raw`["']\.backup\s+${PATH}`,
      String.raw`>\s*${PATH}\.(?:db|sql)`,
    ]) ?? known(HONE_BACKUP_DIR ?? OM_BACKUP_DIR ?? BACKUP_DIR ?? null, variables);
  return path === null ? null : folderOf(path);
}

/** From where to where a command copies: its last two arguments that are paths. */
function copied(full: string): [string | null, string | null] {
  const line = full.split('\n').find((each) => /rsync|s3 (sync|cp)|gsutil|rclone|scp/.test(each)) ?? '';
  const paths = line.split(/[;|&<>]/)[0]?.match(/(?<=\s)["']?(\/|[\w.-]+:|s3:|gs:)[^\s"']*/g) ?? [];
  const [from, to] = paths.slice(-2).map(unquote);
  return [from ?? null, to ?? null];
}

function retentionOf(full: string, variables: Variables, program: KnownProgram | null): Retention | null {
  const keep = /(?:--keep[ =])(\d+)/.exec(full)?.[1] ?? variables.HONE_BACKUP_RETENTION;
  if (keep !== undefined && atLeastOne(keep)) return { ...KEEP_ALL, keepLast: Number(keep) };
  const tiers = tiersOf(full, variables);
  if (tiers !== null)
    return { ...KEEP_ALL, ...tiers, weekday: program === 'pisovereign' && tiers.weekly > 0 ? 7 : null };
  const days = variables.OM_BACKUP_RETENTION_DAYS ?? /-mtime\s+\+(\d+)/.exec(full)?.[1];
  return days !== undefined && atLeastOne(days) ? { ...KEEP_ALL, keepDays: Number(days) } : null;
}

/** What is kept in folders of days, weeks and months, by counts that are named or by the ages that `find` deletes. */
function tiersOf(full: string, variables: Variables): { daily: number; weekly: number; monthly: number } | null {
  const age = (tier: string): number =>
    Number(new RegExp(String.raw`find\s+\S{0,300}${tier}\S{0,300}\s[^\n]{0,300}-mtime\s+\+(\d+)`).exec(full)?.[1] ?? 0);
  const count = (name: string, fallback: number): number =>
    /^\d{1,4}$/.test(variables[name] ?? '') ? Number(variables[name]) : Math.round(fallback);
  const daily = count('RETENTION_DAILY', age('daily'));
  const weekly = count('RETENTION_WEEKLY', age('weekly') / 7);
  const monthly = count('RETENTION_MONTHLY', age('monthly') / 30.4);
  return daily + weekly + monthly === 0 ? null : { daily, weekly, monthly };
}

const atLeastOne = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) >= 1;

function first(text: string, forms: readonly string[]): string | null {
  for (const form of forms) {
    const value = unquote(new RegExp(form, 'i').exec(text)?.[1] ?? '');
    // Standard output, a temporary location and a variable that is not known are no destination.
    if (value !== '' && value !== '-' && !value.startsWith('/tmp/') && !value.includes('$')) return value;
  }
  return null;
}

function known(value: string | null, variables: Variables): string | null {
  if (value === null || value === '') return null;
  const full = substitute(value, variables);
  return full.includes('$') ? null : full;
}

/** The folder of a path: of one that names a file, the folder that file is in. */
function folderOf(path: string): string {
  const trimmed = trimEndOf(path, '/');
  const file = trimmed.split('/').at(-1) ?? '';
  if (!file.includes(DATE_MARK) && !/\.(db|sqlite3?|sql|gz|zst|toml|img)$/.test(file))
    return trimmed === '' ? '/' : trimmed;
  const folder = trimEndOf(trimmed.slice(0, -file.length), '/');
  return folder === '' ? (trimmed.startsWith('/') ? '/' : '.') : folder;
}

const unquote = (text: string): string => text.replace(/^(["'])([\s\S]*)\1$/, '$2').replace(/^["']/, '');
