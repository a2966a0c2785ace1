import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecordedPlanSettings } from '../../src-shared/model/manifest.ts';
import { KEEP_ALL } from '../../src-shared/model/retention.ts';
import { MAX_TAG_LENGTH, MAX_TAGS, normalTag, Tags } from '../../src-shared/model/tags.ts';

test('tags are words in lower case, each once, in order', () => {
  expect(Tags.parse(['Work', ' work ', 'On the road', 'a,b', 'Ärzte', '\u202ehidden\u200b', '📒'])).toEqual([
    'a-b',
    'hidden',
    'on-the-road',
    'work',
    'ärzte',
    '📒',
  ]);
  expect(normalTag('A\u0308rzte')).toBe('ärzte');
});

test.each<[string, unknown]>([
  ['a tag of nothing', [' ']],
  ['a tag of characters that are not seen', ['\u200b']],
  ['a long tag', ['x'.repeat(MAX_TAG_LENGTH + 1)]],
  ['too many tags', Array.from({ length: MAX_TAGS + 1 }, (_, n) => `tag ${n}`)],
  ['what is not a list', 'work'],
])('%s is refused', (_what, given) => {
  expect(Tags.safeParse(given).success).toBe(false);
});

test('what is stored is bounded, and stays as it is when it is read again', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { maxLength: 12 }), (given) => {
      const { data } = Tags.safeParse(given);
      if (data === undefined) return;
      expect(Tags.parse(data)).toEqual(data);
      expect(data.length).toBeLessThanOrEqual(MAX_TAGS);
      for (const tag of data) expect(tag).toMatch(/^[^\s,\p{C}]{1,30}$/u);
    }),
    { numRuns: 200 },
  );
});

test('a manifest with tags that are none is read without them', () => {
  const settings = { schedule: { kind: 'manual' }, timeZone: null, retention: KEEP_ALL };
  const tagsOf = (tags: unknown) => RecordedPlanSettings.parse({ ...settings, tags }).tags;
  expect(tagsOf([' Home ', 'home'])).toEqual(['home']);
  for (const tags of [undefined, 'work', [1], ['x'.repeat(5000)], Array.from({ length: 9999 }, (_, n) => `t${n}`)])
    expect(tagsOf(tags)).toEqual([]);
});
