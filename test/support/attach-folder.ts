import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scene } from './scene.ts';

/** Attaches a folder of so many files to the scene's plan, beside its database, and answers its path. */
export async function attachFolder({ folder, core, plan }: Scene, files: number): Promise<string> {
  const path = join(folder, 'app', 'generated');
  mkdirSync(path);
  for (let n = 0; n < files; n++) writeFileSync(join(path, `${n}.wav`), `recording ${n} `.repeat(100));
  const attachedFiles = [{ name: 'generated', path, kind: 'folder' as const }];
  await core.call('plans.update', { planId: plan.id, attachedFiles });
  return path;
}
