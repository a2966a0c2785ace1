import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { makeDatabase } from './databases.ts';

/** Databases of known programs, where these keep them: below a home folder and below `/`. */
export const PROGRAM_DATABASES: ReadonlyArray<readonly [path: string, program: string]> = [
  ['home/.mozilla/firefox/x1y2.default-release/places.sqlite', 'Firefox'],
  ['home/.mozilla/firefox/x1y2.default-release/formhistory.sqlite', 'Firefox'],
  ['home/.mozilla/firefox/x1y2.default-release/key4.db', 'Firefox'],
  ['home/.var/app/org.mozilla.firefox/.mozilla/firefox/a.default/places.sqlite', 'Firefox'],
  ['home/.thunderbird/k.default/abook.sqlite', 'Thunderbird'],
  ['home/.config/google-chrome/Default/History', 'Google Chrome'],
  ['home/.config/google-chrome/Default/Login Data', 'Google Chrome'],
  ['home/.config/BraveSoftware/Brave-Browser/Default/Bookmarks.db', 'Brave'],
  ['home/.local/share/Anki2/User 1/collection.anki2', 'Anki'],
  ['home/Calibre Library/metadata.db', 'Calibre'],
  ['home/Pictures/digikam4.db', 'digiKam'],
  ['home/Zotero/zotero.sqlite', 'Zotero'],
  ['home/Notes/.obsidian/plugins/tasks/index.db', 'Obsidian'],
  ['home/.config/joplin-desktop/database.sqlite', 'Joplin'],
  ['home/.local/share/shotwell/data/photo.db', 'Shotwell'],
  ['home/.config/darktable/library.db', 'darktable'],
  ['home/.local/share/geary/account_01/geary.db', 'Geary'],
  ['home/.local/share/newsboat/cache.newsboat', 'Newsboat'],
  ['home/.local/share/atuin/history.db', 'Atuin'],
  ['home/.local/share/lutris/pga.db', 'Lutris'],
  ['home/.kodi/userdata/Database/MyVideos131.db', 'Kodi'],
  ['home/.mixxx/mixxxdb.sqlite', 'Mixxx'],
  ['home/Documents/Money/household.gnucash', 'GnuCash'],
  ['home/.config/Code/User/globalStorage/state.vscdb', 'Visual Studio Code'],
  ['home/snap/nextcloud-desktop-client/common/.config/Nextcloud/journal.db', 'Nextcloud'],
  ['home/.local/share/docker/volumes/vaultwarden_data/_data/db.sqlite3', 'Vaultwarden'],
  ['home/.local/share/containers/storage/volumes/grafana/_data/grafana.db', 'Grafana'],
  ['home/homeassistant/home-assistant_v2.db', 'Home Assistant'],
  ['home/.config/some-new-program/main', 'some-new-program'],
  [
    'var/lib/plexmediaserver/Library/Application Support/Plex Media Server/Plug-in Support/Databases/com.plexapp.plugins.library.db',
    'Plex Media Server',
  ],
  ['var/lib/jellyfin/data/library.db', 'Jellyfin'],
  ['var/lib/sonarr/sonarr.db', 'Sonarr'],
  ['var/lib/radarr/radarr.db', 'Radarr'],
  ['var/lib/navidrome/navidrome.db', 'Navidrome'],
  ['var/lib/gitea/data/gitea.db', 'Gitea'],
  ['var/lib/headscale/db.sqlite', 'Headscale'],
  ['opt/uptime-kuma/data/kuma.db', 'Uptime Kuma'],
  ['opt/audiobookshelf/config/absdatabase.sqlite', 'Audiobookshelf'],
  ['srv/paperless/data/db.sqlite3', 'Paperless-ngx'],
];

/** A database that SQLCipher has encrypted, as far as anyone can see. */
export const ENCRYPTED = ['home/.config/Signal/sql/db.sqlite', 'Signal'] as const;

/** Databases that their programs make again. */
export const FOLDED_DATABASES = [
  'home/.mozilla/firefox/x1y2.default-release/favicons.sqlite',
  'home/.mozilla/firefox/x1y2.default-release/storage/default/https+++example.org/idb/1.sqlite',
  'home/.config/google-chrome/Default/Favicons',
  'home/.config/google-chrome/Default/Shortcuts',
  'home/.cache/tracker3/files/meta.db',
  'home/Pictures/thumbnails-digikam.db',
  'home/.local/share/Trash/files/old.db',
  'home/.cache/thumbnails/index.db',
];

/** The folders that are searched in a made-up machine. */
export const SEARCHED = ['home/.config', 'home/.local/share', 'home', 'var/lib', 'srv', 'opt'];

const FILES_IN_A_FOLDER = 50;

/** Makes a machine of its own in a folder: the databases above among other files. */
export function makeHome(root: string, otherFiles: number): void {
  const sample = join(root, 'sample');
  mkdirSync(root, { recursive: true });
  makeDatabase(sample, { rows: 20, journalMode: 'delete' });
  for (const path of [...PROGRAM_DATABASES.map(([each]) => each), ...FOLDED_DATABASES])
    copyFileSync(sample, made(root, path));
  writeFileSync(made(root, ENCRYPTED[0]), crypto.getRandomValues(new Uint8Array(8192)));
  // One of them has commits in its log that are not in the file yet.
  const inUse = new Database(join(root, 'home/.local/share/Anki2/User 1/collection.anki2'));
  inUse.pragma('journal_mode = wal');
  inUse.close();
  makeOtherFiles(root, otherFiles);
}

/** Files of all kinds, as homes are full of: some larger than a page, none a database. */
function makeOtherFiles(root: string, count: number): void {
  const contents = [
    ['txt', Buffer.from('SQLite format 3 is what this text is about. '.repeat(20))],
    ['db', Buffer.from('not a database '.repeat(60))],
    ['sqlite', Buffer.alloc(4096)],
    ['jpg', Buffer.concat([Buffer.of(0xff, 0xd8, 0xff, 0xe0), crypto.getRandomValues(new Uint8Array(2044))])],
    ['json', Buffer.from('{"a":1}')],
  ] as const;
  let folder = '';
  for (let number = 0; number < count; number++) {
    if (number % FILES_IN_A_FOLDER === 0) {
      const area = SEARCHED[(number / FILES_IN_A_FOLDER) % SEARCHED.length];
      folder = join(root, `${area}/program ${number % 7}/folder ${number}`);
      mkdirSync(folder, { recursive: true });
    }
    const [ending, content] = contents[number % contents.length] ?? contents[0];
    writeFileSync(join(folder, `${number}.${ending}`), content);
  }
}

function made(root: string, path: string): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  return full;
}
