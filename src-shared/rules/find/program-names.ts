import { planNameFromPath } from '../names/naming.ts';
import { partsOf } from './path-parts.ts';

/** Programs by what stands in the paths of their databases, in lower case with `/` between the parts. */
const KNOWN: ReadonlyArray<readonly [RegExp, string]> = [
  [/\/(librewolf|io\.gitlab\.librewolf-community)\//, 'LibreWolf'],
  [/\/(\.?thunderbird|org\.mozilla\.thunderbird)\//, 'Thunderbird'],
  [/\/(firefox|org\.mozilla\.firefox)\//, 'Firefox'],
  [/\/(google-chrome(-\w+)?|google\/chrome|com\.google\.chrome)\//, 'Google Chrome'],
  [/\/(brave-browser|brave)\//, 'Brave'],
  [/\/(microsoft-edge(-\w+)?|microsoft edge|microsoft\/edge)\//, 'Microsoft Edge'],
  [/\/chromium\//, 'Chromium'],
  [/\/vivaldi(-\w+)?\//, 'Vivaldi'],
  [/\/signal( beta)?\/sql\//, 'Signal'],
  [/\/session\/sql\//, 'Session'],
  [/\/anki2\/|\/collection\.anki2\w*$/, 'Anki'],
  [/\/(plex media server|plexmediaserver)\//, 'Plex Media Server'],
  [/\/home-assistant_v2\.db$/, 'Home Assistant'],
  [/\/grafana\.db$/, 'Grafana'],
  [/\/(vaultwarden|bitwarden_rs|vw-data|vaultwarden_data)\//, 'Vaultwarden'],
  [/\/calibre-web\//, 'Calibre-Web'],
  [/\/calibre( library)?\//, 'Calibre'],
  [/\/(thumbnails-)?digikam4?\.db$/, 'digiKam'],
  [/\/zotero\.sqlite$/, 'Zotero'],
  [/\/\.obsidian\/|\/obsidian\//, 'Obsidian'],
  [/\/joplin(-desktop|dev-desktop)?\//, 'Joplin'],
  [/\/jellyfin\//, 'Jellyfin'],
  [/\/emby(-server)?\//, 'Emby'],
  [/\/kodi\/|\/\.kodi\//, 'Kodi'],
  [/\/sonarr\.db$/, 'Sonarr'],
  [/\/radarr\.db$/, 'Radarr'],
  [/\/lidarr\.db$/, 'Lidarr'],
  [/\/readarr\.db$/, 'Readarr'],
  [/\/prowlarr\.db$/, 'Prowlarr'],
  [/\/bazarr\//, 'Bazarr'],
  [/\/tautulli\.db$/, 'Tautulli'],
  [/\/overseerr\/|\/jellyseerr\//, 'Overseerr'],
  [/\/audiobookshelf\/|\/absdatabase\.sqlite$/, 'Audiobookshelf'],
  [/\/navidrome\.db$/, 'Navidrome'],
  [/\/gitea\.db$/, 'Gitea'],
  [/\/forgejo\.db$|\/forgejo\//, 'Forgejo'],
  [/\/uptime-kuma\/|\/kuma\.db$/, 'Uptime Kuma'],
  [/\/nextcloud\/|\/owncloud\.db$/, 'Nextcloud'],
  [/\/paperless(-ngx)?\//, 'Paperless-ngx'],
  [/\/immich\//, 'Immich'],
  [/\/pihole(-ftl)?\/|\/pihole-ftl\.db$|\/gravity\.db$/, 'Pi-hole'],
  [/\/adguardhome\//, 'AdGuard Home'],
  [/\/freshrss\//, 'FreshRSS'],
  [/\/actual(-server)?\/|\/server-files\/account\.sqlite$/, 'Actual Budget'],
  [/\/headscale\//, 'Headscale'],
  [/\/authelia\//, 'Authelia'],
  [/\/ntfy\//, 'ntfy'],
  [/\/gotify\.db$/, 'Gotify'],
  [/\/mealie\.db$|\/mealie\//, 'Mealie'],
  [/\/grocy\.db$|\/grocy\//, 'Grocy'],
  [/\/n8n\/|\/\.n8n\//, 'n8n'],
  [/\/node-red\//, 'Node-RED'],
  [/\/zigbee2mqtt\//, 'Zigbee2MQTT'],
  [/\/frigate\.db$/, 'Frigate'],
  [/\/photoprism\//, 'PhotoPrism'],
  [/\/shotwell\/data\/photo\.db$/, 'Shotwell'],
  [/\/darktable\//, 'darktable'],
  [/\.lrcat$/, 'Lightroom'],
  [/\.photoslibrary\//, 'Apple Photos'],
  [/\/group\.com\.apple\.notes\//, 'Apple Notes'],
  [/\/library\/messages\/chat\.db$/, 'Apple Messages'],
  [/\/library\/safari\//, 'Safari'],
  [/\/addressbook(-v22)?\.abcddb$/, 'Apple Contacts'],
  [/\/amarok\//, 'Amarok'],
  [/\/clementine\.db$/, 'Clementine'],
  [/\/strawberry\.db$/, 'Strawberry'],
  [/\/rhythmbox\//, 'Rhythmbox'],
  [/\/mixxxdb\.sqlite$/, 'Mixxx'],
  [/\/gnucash\/|\.gnucash$/, 'GnuCash'],
  [/\.kmy$|\/kmymoney\//, 'KMyMoney'],
  [/\/\.?evolution\//, 'Evolution'],
  [/\/akonadi\//, 'Akonadi'],
  [/\/geary\//, 'Geary'],
  [/\/liferea\//, 'Liferea'],
  [/\/newsboat\//, 'Newsboat'],
  [/\/atuin\//, 'Atuin'],
  [/\/(code|code - oss|vscodium)\/user\//, 'Visual Studio Code'],
  [/\/telegram(-desktop| desktop)?\//, 'Telegram'],
  [/\/element\/|\/riot\//, 'Element'],
  [/\/standard notes\//, 'Standard Notes'],
  [/\/logseq\//, 'Logseq'],
  [/\/trilium(-data|next)?\//, 'Trilium'],
  [/\/syncthing\//, 'Syncthing'],
  [/\/lutris\/pga\.db$/, 'Lutris'],
  [/\/heroic\//, 'Heroic'],
  [/\/bitwarden\//, 'Bitwarden'],
  [/\/\.password-?safe\//, 'Password Safe'],
];

/** After these a folder is called like its program. */
const DATA_FOLDERS: ReadonlyArray<readonly string[]> = [
  ['.var', 'app'],
  ['.config'],
  ['.local', 'share'],
  ['.local', 'state'],
  ['.cache'],
  ['application support'],
  ['group containers'],
  ['containers'],
  ['appdata', 'roaming'],
  ['appdata', 'local'],
  ['appdata', 'locallow'],
  ['programdata'],
  ['snap'],
  ['var', 'lib'],
  ['var', 'opt'],
  ['opt'],
  ['srv'],
];
/** What a volume of a container is called after the program. */
const VOLUME = /[-_.](data|db|database|config|conf|storage|vol|volume|app|appdata)$/;
/** Parts of a reversed domain name that name no program. */
const GENERIC = /^(desktop|app|client|mac|macos|ios|linux|electron)$/;

/** Returns a guess of the program that a database belongs to; `null`: its path names none. @param path absolute, of any system */
export function programOf(path: string): string | null {
  const lower = `/${partsOf(path).join('/')}`;
  return KNOWN.find(([place]) => place.test(lower))?.[1] ?? folderOfProgram(path);
}

/** The name of the folder below the innermost place for data of programs. */
function folderOfProgram(path: string): string | null {
  const names = path.split(/[/\\]/).filter((name) => name !== '');
  const lower = names.map((name) => name.toLowerCase());
  const volume = names[lower.indexOf('_data') - 1];
  if (volume !== undefined && lower.includes('volumes')) return tidy(volume);
  for (const place of DATA_FOLDERS) {
    const at = lower.findIndex((_, start) => place.every((part, index) => lower[start + index] === part));
    const name = at < 0 ? undefined : names[at + place.length];
    // The file itself names no program.
    if (name !== undefined && at + place.length < names.length - 1) return tidy(name);
  }
  // A program of the old kind has a hidden folder in the home folder.
  const hidden = names.slice(0, -1).find((name) => /^\.[a-z]/i.test(name));
  return hidden === undefined ? null : tidy(hidden.slice(1));
}

function tidy(name: string): string | null {
  const parts = name.split('.').filter((part) => part !== '');
  const own = parts.length >= 3 ? (parts.findLast((part) => !GENERIC.test(part.toLowerCase())) ?? name) : name;
  const plain = own.replace(VOLUME, '').trim();
  return plain === '' ? null : plain;
}

/** What runs programs of all kinds. */
const RUNTIME = /^(node|deno|bun|electron|python\d?(\.\d+)?|java|ruby|perl|php(-fpm)?|dotnet|mono|beam\.smp|sh|bash)$/i;

/** Returns a guess of the program that a database belongs to by the one that has it open; `null`: that runs any program. */
export function programOfHolder(name: string): string | null {
  return RUNTIME.test(name) ? null : name;
}

/** Files that say nothing beside the name of their program. */
const PLAIN_FILES = /^(db|data|database|main|app|store|storage|default|sqlite|index|collection|library|metadata)$/i;
const LONGEST_NAME = 80;

/** Returns a name for the plan of a found database: its program’s, with the file’s where it adds something. */
export function planNameOf(path: string, program: string | null): string {
  const file = planNameFromPath(path).replace(/\.[A-Za-z0-9]{1,10}$/, '');
  if (program === null) return cut(file === '' ? planNameFromPath(path) : file);
  const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  const adds = file !== '' && !PLAIN_FILES.test(file) && !plain(file).startsWith(plain(program));
  return cut(adds ? `${program} ${file}` : program);
}

/** Returns a name that no plan has yet: the given one, or with a number behind it. @param taken in lower case */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const end = number === 1 ? '' : ` ${number}`;
    const tried = `${cut(name, LONGEST_NAME - end.length)}${end}`;
    if (!taken.has(tried.toLowerCase())) return tried;
  }
}

/** Cuts a text between characters, not within one. */
function cut(text: string, most = LONGEST_NAME): string {
  if (text.length <= most) return text.toWellFormed().trim();
  return text
    .slice(0, most)
    .replace(/[\ud800-\udbff]$/, '')
    .toWellFormed()
    .trim();
}
