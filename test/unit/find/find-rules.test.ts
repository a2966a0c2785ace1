import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlanInput } from '../../../src-shared/model/plan.ts';
import { looksRandom, mayBeEncrypted } from '../../../src-shared/rules/find/encrypted-start.ts';
import { foldedAs } from '../../../src-shared/rules/find/folded-databases.ts';
import { freeName, planNameOf, programOf, programOfHolder } from '../../../src-shared/rules/find/program-names.ts';
import { isSkippedFolder } from '../../../src-shared/rules/find/skipped-folders.ts';

describe('what is folded away', () => {
  test.each([
    ['/home/ann/.mozilla/firefox/p/favicons.sqlite', 'cache'],
    ['/home/ann/.mozilla/firefox/p/storage.sqlite', 'website-data'],
    ['/home/ann/.mozilla/firefox/p/storage/default/https+++a.org/idb/1.sqlite', 'website-data'],
    ['/home/ann/.mozilla/firefox/p/protections.sqlite', 'telemetry'],
    ['/home/ann/.config/chromium/Default/Network Action Predictor', 'cache'],
    ['/home/ann/.config/chromium/Default/Shortcuts', 'cache'],
    ['/home/ann/.cache/fontconfig.db', 'cache'],
    ['/home/ann/.config/Slack/DIPS', 'cache'],
    ['/home/ann/.config/Slack/Shared Dictionary/db', 'cache'],
    ['/home/ann/Pictures/thumbnails-digikam.db', 'thumbnails'],
    ['/home/ann/.local/share/Trash/files/notes.db', 'trash'],
    ['/home/ann/.local/share/baloo/index', 'search-index'],
    ['/var/lib/PackageKit/transactions.db', 'system'],
    ['/home/ben/.local/share/Snapkeep/catalog.db', 'system'],
    ['/Users/ann/Library/Caches/com.apple.Safari/Cache.db', 'cache'],
    ['/Users/ann/Library/HTTPStorages/app/httpstorages.sqlite', 'cache'],
    ['C:\\Users\\Ann\\AppData\\Local\\Google\\Chrome\\User Data\\Default\\Favicons', 'cache'],
    ['C:\\Users\\Ann\\AppData\\Local\\Temp\\x.db', 'cache'],
  ] as const)('%s', (path, kind) => expect(foldedAs(path)).toBe(kind));

  test.each([
    '/home/ann/.mozilla/firefox/p/places.sqlite',
    '/home/ann/.mozilla/firefox/p/key4.db',
    '/home/ann/.config/chromium/Default/History',
    '/home/ann/.config/chromium/Default/Login Data',
    '/home/ann/Pictures/digikam4.db',
    // Names that only browsers use for what can be lost.
    '/home/ann/.config/app/storage.sqlite',
    '/Users/ann/Library/Shortcuts/Shortcuts.sqlite',
    '/srv/temp/temperatures.db',
    '/srv/tracker/habits.db',
    '/srv/analytics/analytics.db',
    '/srv/icons/icons.db',
    '/home/ann/geocaching/geocache-finds.db',
  ])('%s is not', (path) => expect(foldedAs(path)).toBeNull());

  test('what the home folder itself is called does not count', () => {
    expect(foldedAs('/cache/ann/.config/app/a.db', '/cache/ann')).toBeNull();
    expect(foldedAs('/cache/ann/.cache/a.db', '/cache/ann')).toBe('cache');
  });
});

test('folders of tools are passed over, whatever the system', () => {
  for (const path of ['/a/node_modules', '/a/.git', 'C:\\a\\node_modules', '/var/lib/docker/overlay2', '/a/.cache/pip'])
    expect([path, isSkippedFolder(path)]).toEqual([path, true]);
  for (const path of ['/a/git', '/srv/overlay2', '/var/lib/docker/volumes', '/home/ann/pip', '/'])
    expect([path, isSkippedFolder(path)]).toEqual([path, false]);
});

describe('programs and plans', () => {
  test.each([
    ['/var/lib/docker/volumes/my-shop_db/_data/shop.db', 'my-shop', 'my-shop shop'],
    ['/home/ann/.var/app/com.bitwarden.desktop/config/data.db', 'bitwarden', 'bitwarden'],
    ['/home/ann/.var/app/org.gnome.Podcasts/data/podcasts.db', 'Podcasts', 'Podcasts'],
    ['/Users/ann/Library/Containers/com.culturedcode.ThingsMac/Data/x/main.sqlite', 'ThingsMac', 'ThingsMac'],
    ['C:\\ProgramData\\Tool\\state.db', 'Tool', 'Tool state'],
    ['C:\\Users\\Ann\\AppData\\Roaming\\Anki2\\User 1\\collection.anki2', 'Anki', 'Anki'],
    ['/home/ann/.hone/hone.db', 'hone', 'hone'],
    ['/srv/app.db', null, 'app'],
    ['/data/shop/orders.sqlite3', null, 'orders'],
    ['/home/ann/.mozilla/firefox/p/places.sqlite', 'Firefox', 'Firefox places'],
  ])('%s', (path, program, plan) => {
    expect(programOf(path)).toBe(program);
    expect(planNameOf(path, program)).toBe(plan);
  });

  test('a program that runs others names none', () => {
    expect(['anki', 'node', 'python3.11', 'java'].map(programOfHolder)).toEqual(['anki', null, null, null]);
  });

  test('any path gives a name that a plan may have, and free names differ', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 6 }), (parts) => {
        const path = `/${parts.join('/')}`;
        const name = planNameOf(path, programOf(path));
        const taken = new Set<string>();
        for (let count = 0; count < 3; count++) {
          const free = freeName(name, taken);
          expect(PlanInput.shape.name.safeParse(free).success, JSON.stringify(free)).toBe(true);
          expect(taken.has(free.toLowerCase())).toBe(false);
          taken.add(free.toLowerCase());
        }
      }),
    );
  });
});

describe('what may be encrypted', () => {
  const file = { name: 'app.db', sizeBytes: 8192, hasLog: false, expected: false };

  test('random bytes always may', () => {
    for (let round = 0; round < 2000; round++)
      expect(mayBeEncrypted({ ...file, start: crypto.getRandomValues(new Uint8Array(100)) })).toBe(true);
  });

  test('texts, zeros, packed files and parts of pages never do', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 100, unit: 'grapheme-ascii' }), (text) => {
        const start = Buffer.from(text).subarray(0, 100);
        fc.pre(new Set(start).size < 64);
        expect(looksRandom(8192, start)).toBe(false);
      }),
    );
    const random = crypto.getRandomValues(new Uint8Array(100));
    expect(looksRandom(8192, new Uint8Array(100))).toBe(false);
    expect(looksRandom(8192, Buffer.concat([Buffer.of(0x1f, 0x8b), random]))).toBe(false);
    expect(looksRandom(8000, random)).toBe(false);
    expect(looksRandom(0, random)).toBe(false);
    expect(mayBeEncrypted({ ...file, name: 'movie.mkv', start: random })).toBe(false);
  });
});
