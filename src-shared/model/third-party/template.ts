import { z } from 'zod';
import { DEFAULT_NAME_PATTERN } from '../../rules/names/name-pattern.ts';
import { KEEP_ALL, NamePattern, Retention } from '../plan.ts';
import { Schedule, TimeZone } from '../schedule.ts';
import { BackupMethod, Compression, Name } from '../values.ts';

/** The platforms that locations differ on. */
export const Platform = z.enum(['linux', 'macos', 'windows']);
export type Platform = z.infer<typeof Platform>;

/** A word that is used in ids and names of folders. */
const Slug = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'Use lower-case letters, digits and hyphens.');
/** One sentence for people. */
const Sentence = z.string().trim().min(1).max(300);
const VariableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,254}$/, 'Must be the name of a variable.');
/** A path below a folder: no way out of it. */
const Inside = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .refine((path) => !/^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)/.test(path), 'Must be a path below its folder.');

/**
 * Where something usually is: an absolute path that may begin with `~`, hold variables as `$NAME` or `%NAME%`, or begin with `<folder>`, the folder of the program that a person names. See `third-party/template-locations.ts`.
 */
const Location = z.string().trim().min(1).max(500);
const pathsOf = z.array(Location).max(20).default([]);
/** The usual locations of one thing on each platform, the likeliest first. */
export const Locations = z.strictObject({ linux: pathsOf, macos: pathsOf, windows: pathsOf });
export type Locations = z.infer<typeof Locations>;
const NOWHERE: Locations = { linux: [], macos: [], windows: [] };

const [manual, interval, daily, weekly, monthly, cron, onChange] = Schedule.options;
const StrictSchedule = z.discriminatedUnion('kind', [
  manual.strict(),
  interval.strict(),
  daily.strict(),
  weekly.strict(),
  monthly.strict(),
  cron.strict(),
  onChange.strict(),
]);
const StrictRetention = z.strictObject({ ...Retention.shape, keepLast: Retention.shape.keepLast.default(null) });

/** What of a folder is left out, as globs below it, for example `cache/*`. */
const Exclude = z.array(z.string().trim().min(1).max(255)).max(100).default([]);

/** A file or folder that is kept together with a source, named from the source's folder. */
const AttachedFile = z.strictObject({ path: Inside, kind: z.enum(['file', 'folder']), exclude: Exclude });

const part = {
  id: Slug,
  name: Name,
  /** It is offered, but made only when a person chooses it. */
  optional: z.boolean().default(false),
  locations: Locations.default(NOWHERE),
  /** The folder below the template's destination that its snapshots go into; empty: the destination itself. */
  subfolder: z.union([z.literal(''), Inside]).default(''),
  namePattern: NamePattern.default(DEFAULT_NAME_PATTERN),
  schedule: StrictSchedule.default({ kind: 'daily', time: '02:00' }),
  timeZone: TimeZone.default(null),
  retention: StrictRetention.default({ ...KEEP_ALL, keepLast: 30 }),
};

const attachedFiles = z.array(AttachedFile).max(20).default([]);

/** What of a program is backed up by one plan. */
export const TemplatePart = z.discriminatedUnion('kind', [
  z.strictObject({
    ...part,
    kind: z.literal('database'),
    method: BackupMethod.default('online'),
    compression: Compression.default('gz'),
    /** How it may be encrypted, and the program's own variable with the key; `null`: it is not. */
    encryption: z
      .strictObject({ format: z.literal('sqlcipher'), keyVariable: VariableName })
      .nullable()
      .default(null),
    attachedFiles,
    /** The tables whose rows are counted and shown after each check. */
    counts: z.array(z.string().trim().min(1).max(120)).max(30).default([]),
    /** Which schema the program has written, and with which exit code it refuses a newer one than it knows. */
    schemaVersion: z
      .strictObject({
        sql: z.string().trim().min(1).max(1000),
        exitCodeWhenNewer: z.number().int().min(1).max(255).nullable().default(null),
      })
      .nullable()
      .default(null),
    /** Files beside the database that mark it as in use, and go with it in the deletion of a database. */
    lockFiles: z.array(Inside).max(20).default([]),
    /** File systems the program refuses to keep the database on. */
    unsafeFileSystems: z.array(z.string().trim().min(1).max(40)).max(20).default([]),
  }),
  z.strictObject({ ...part, kind: z.literal('file'), compression: Compression.default('none'), attachedFiles }),
  z.strictObject({ ...part, kind: z.literal('folder'), compression: Compression.default('gz'), exclude: Exclude }),
  /** A whole disk, read while nothing on it is mounted for writing. */
  z.strictObject({ ...part, kind: z.literal('image'), compression: Compression.default('gz') }),
]);
export type TemplatePart = z.infer<typeof TemplatePart>;

/** How the data of a program is backed up: what a plan, or a group of plans, is made from. */
export const Template = z.strictObject({
  id: Slug,
  name: Name,
  purpose: Sentence,
  /** How people know the folder that `<folder>` stands for, for example “the folder given with --data-dir”. */
  folder: Sentence.nullable().default(null),
  /** Where its snapshots are suggested to go. */
  destination: Locations.default(NOWHERE),
  /** What must be stopped before a restore and started again after it. */
  aroundRestore: Sentence.nullable().default(null),
  parts: z
    .array(TemplatePart)
    .min(1)
    .max(20)
    .refine((parts) => new Set(parts.map(({ id }) => id)).size === parts.length, 'Two parts have the same id.'),
});
export type Template = z.infer<typeof Template>;
/** A template as it is written: what is left out has a default. */
export type TemplateText = z.input<typeof Template>;
