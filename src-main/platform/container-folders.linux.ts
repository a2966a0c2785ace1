import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Mount, mountsIn, mountTable } from './mounts.linux.ts';

/** Where Docker describes its containers, running or not; readable for root. */
const DOCKER = '/var/lib/docker/containers';
const MOST_BYTES = 1_000_000;
/** What is given to containers of the system itself, where no program keeps data. */
const SYSTEM =
  /^\/(usr|etc|bin|sbin|lib\w*|run|boot|dev|proc|sys|tmp|var\/tmp\/systemd-private-[^/]+|var\/lib\/docker\/(containers|overlay2))(\/|$)/;

/** What running containers have mounted, and what Docker says of those that are stopped. */
export async function containerFolders(): Promise<string[]> {
  const host = mountsIn(await mountTable());
  const found = new Set(await mountedByDocker());
  const seen = new Set([await mountTable()]);
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const table = await readFile(`/proc/${entry}/mountinfo`, 'utf8').catch(() => '');
    if (seen.has(table)) continue;
    seen.add(table);
    for (const path of foldersFrom(host, mountsIn(table))) found.add(path);
  }
  return [...found];
}

/**
 * Returns what of this machine a container has mounted, by the paths that it has here.
 * @param host the mounts of this process
 * @param own those of a process in the container
 */
export function foldersFrom(host: readonly Mount[], own: readonly Mount[]): string[] {
  const found: string[] = [];
  for (const { device, root, point } of own) {
    const holding = host
      .filter((mount) => mount.device === device && isWithin(root, mount.root))
      .reduce<Mount | null>((most, mount) => (mount.root.length > (most?.root.length ?? -1) ? mount : most), null);
    if (holding === null || root === holding.root) continue;
    const path = join(holding.point, root.slice(holding.root === '/' ? 0 : holding.root.length));
    if (path !== point && !SYSTEM.test(path)) found.push(path);
  }
  return found;
}

/** The folders that are bound into containers, as their descriptions say. */
async function mountedByDocker(): Promise<string[]> {
  const found: string[] = [];
  for (const id of await readdir(DOCKER).catch(() => [])) {
    const text = await readFile(join(DOCKER, id, 'config.v2.json'), 'utf8').catch(() => '');
    if (text.length < MOST_BYTES) found.push(...boundFolders(text));
  }
  return found;
}

/** Returns the folders that a description of a container by Docker names. @param text JSON; anything else names none */
export function boundFolders(text: string): string[] {
  try {
    const { MountPoints: mounts } = JSON.parse(text) as { MountPoints?: Record<string, { Source?: unknown } | null> };
    return Object.values(mounts ?? {})
      .map((mount) => mount?.Source)
      .filter((source): source is string => typeof source === 'string' && source.startsWith('/'))
      .filter((source) => !SYSTEM.test(source));
  } catch {
    return [];
  }
}

const isWithin = (path: string, folder: string): boolean =>
  folder === '/' || path === folder || path.startsWith(`${folder}/`);
