import { z } from 'zod';

/** The most characters of a tag, and the most tags of a plan. */
export const MAX_TAG_LENGTH = 30;
export const MAX_TAGS = 10;

/** Returns a tag as it is stored: one word in lower case, its parts joined by hyphens, without characters that are not seen. */
export const normalTag = (given: string): string =>
  given
    .toLowerCase()
    .replace(/[\s,]+/g, '-')
    .replace(/\p{C}/gu, '')
    .replace(/-+/g, '-')
    .replace(/^-|-$/g, '')
    .normalize('NFC');

/** Returns tags as they are stored: each once, in alphabetical order; what leaves nothing is left out. */
export const normalTags = (given: readonly string[]): string[] =>
  [...new Set(given.map(normalTag))].filter((tag) => tag !== '').sort();

/** A word by which a person finds plans that have something in common. */
export const Tag = z.string().max(200).overwrite(normalTag).min(1).max(MAX_TAG_LENGTH);

/** The tags of a plan. */
export const Tags = z.array(Tag).overwrite(normalTags).max(MAX_TAGS);
