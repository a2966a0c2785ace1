import type { FoldedAs } from '../../model/found-database.ts';
import { partsOf, standsIn } from './path-parts.ts';

/** Folders in which everything is of one kind, by their names in lower case; several parts stand one below the other. */
const FOLDERS: ReadonlyArray<readonly [FoldedAs, readonly string[]]> = [
  ['trash', ['trash', '.trash', '.trashes', '$recycle.bin', '.trash-1000']],
  ['thumbnails', ['thumbnails', '.thumbnails', 'thumbs', 'thumbcache']],
  [
    'cache',
    [
      'cache',
      'caches',
      '.cache',
      'cache2',
      'cacheddata',
      'cached data',
      'code cache',
      'application cache',
      'gpucache',
      'gpupersistentcache',
      'shadercache',
      'grshadercache',
      'graphitedawncache',
      'dawncache',
      'mesa_shader_cache',
      'mesa_shader_cache_db',
      'mesa_shader_cache_sf',
      'dxcache',
      'glcache',
      'httpcache',
      'http cache',
      'http-cache',
      'httpstorages',
      'inetcache',
      'webcache',
      'media cache',
      'qmlcache',
      'startupcache',
      'appdata/local/temp',
      'optimization_guide_model_store',
      'optguideondevicemodel',
    ],
  ],
  [
    'telemetry',
    [
      'telemetry',
      'datareporting',
      'crashpad',
      'crash reports',
      'crashreporter',
      'browsermetrics',
      'segmentation platform',
      'diagnosticreports',
    ],
  ],
  [
    'website-data',
    [
      'storage/default',
      'storage/temporary',
      'storage/permanent',
      'storage/private',
      'service worker',
      'websitedata',
      'webkit/localstorage',
    ],
  ],
  ['search-index', ['tracker3', 'baloo', 'recoll', 'zeitgeist', '.spotlight-v100', 'windows search']],
  [
    'system',
    [
      'var/lib/packagekit',
      'var/lib/rpm',
      'var/lib/dnf',
      'var/lib/fwupd',
      'var/lib/command-not-found',
      'var/lib/apt',
      'var/lib/appstream',
      'var/lib/swcatalog',
      'var/lib/flatpak',
      'var/lib/snapd',
      'var/lib/gdm',
      'var/lib/colord',
      'var/lib/nixos',
      'usr/share',
      'gnome-software',
      'packagekit',
      'fontconfig',
      'com.apple.launchservices',
      'microsoft/windows',
    ],
  ],
];

/** Files of one kind wherever they are, by their folder and name in lower case without the ending of a database. */
const FILES: ReadonlyArray<readonly [FoldedAs, RegExp]> = [
  ['thumbnails', /\/(thumbnails|thumbs|thumbcache|thumbnails-digikam|thumbs-fileinfo|icon_?cache)(_\d+)?$/],
  ['cache', /\/(favicons?|webpageicons|cache|url_?cache|http_?cache|image_?cache|netpredictions|startupcache)$/],
  ['cache', /\/[^/]+[-_.]cache$/],
  ['cache', /\/(network action predictor|affiliation database|quotamanager|dips|similarity-v4|recognition)$/],
  [
    'cache',
    /\/(heavy_ad_intervention_opt_out|previews_opt_out|optimizationguide\w*|browsingtopics\w*|interestgroups)$/,
  ],
  ['cache', /\/(first_party_sets|shared dictionary\/db|servercertificate|declarative_performance_observer)$/],
  ['telemetry', /\/(bounce-tracking-protection|reporting and nel|trust tokens|sharedstorage|privateaggregation)$/],
  [
    'telemetry',
    /\/(media history|aggregated_\w+|telemetry|crash_?reports?|events_telemetry|ukm_db|attributionreporting)$/,
  ],
  ['telemetry', /\/(safe browsing cookies|segmentation_platform\w*|datareporting)$/],
  ['website-data', /\/(webappsstore|https?_[^/]*\.localstorage|databases\/databases)$/],
  ['search-index', /\/global-messages-db$/],
  ['system', /\/snapkeep\/catalog$/],
];

/** Names that mean something else to other programs, in the profile of a browser. */
const FILES_OF_BROWSERS: ReadonlyArray<readonly [FoldedAs, RegExp]> = [
  ['cache', /\/(top sites|shortcuts|suggest|domain_to_categories|ls-archive|conversions)$/],
  ['telemetry', /\/protections$/],
  ['website-data', /\/storage$/],
];
const BROWSER =
  /firefox|mozilla|librewolf|waterfox|floorp|thunderbird|chrom(e|ium)|brave|vivaldi|opera|microsoft.?edge/;

/** Files that the name of their folder would fold, and that hold data. */
const DATA = /\/digikam4$/;

const ENDING = /\.(sqlite3?|db3?|s3db|sdb|sqlitedb)$/;

/**
 * Returns as what a database is folded away: caches, thumbnails and the like, which a program makes again; `null`: it
 * may hold data that nothing else has. Only names that mean one thing are known here: what is unknown is shown.
 * @param path absolute, of any system
 * @param home what counts are the folders below it; elsewhere all do
 */
export function foldedAs(path: string, home = ''): FoldedAs | null {
  const below = home !== '' && path.startsWith(home) ? path.slice(home.length) : path;
  const parts = partsOf(below);
  const whole = `/${parts.join('/')}`.replace(ENDING, '');
  if (DATA.test(whole)) return null;
  const folders = parts.slice(0, -1);
  for (const [kind, names] of FOLDERS) if (names.some((name) => standsIn(folders, name.split('/')))) return kind;
  const known = BROWSER.test(whole) ? [...FILES, ...FILES_OF_BROWSERS] : FILES;
  return known.find(([, name]) => name.test(whole))?.[0] ?? null;
}
