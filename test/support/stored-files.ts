import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Manifest } from '../../src-shared/model/manifest.ts';
import type { Verification } from '../../src-shared/model/verification.ts';
import { contentsOf, expectFailure, expectNothingLeft, type Scene } from './scene.ts';
import { runToEnd, succeed } from './test-core.ts';

/** What a verification finds of a stored file. */
export async function verify({ core }: Scene, path: string): Promise<Verification> {
  const { result } = await succeed(core, 'verifications.start', { path });
  if (result?.kind !== 'verify') throw new Error('no verification');
  return result.verification;
}

/** Expects that a file is found bad by a verification and refused by a restore, which changes nothing. */
export async function expectBad(scene: Scene, path: string, message: RegExp | string): Promise<void> {
  const verification = await verify(scene, path);
  expect(verification).toMatchObject({ valid: false, level: 'none' });
  expect(verification.message).toMatch(message);
  const before = contentsOf(join(scene.folder, 'app'));
  const check = await runToEnd(scene.core, 'restores.check', { source: { path }, targetPath: scene.source });
  expectFailure(check, 'CORRUPT', path.split('/').at(-1) ?? '');
  expect(contentsOf(join(scene.folder, 'app'))).toEqual(before);
  expectNothingLeft(scene);
}

/** The manifest beside a stored file. */
export function manifestOf(path: string): Manifest {
  return Manifest.parse(JSON.parse(readFileSync(`${path}.manifest.json`, 'utf8')));
}

/** What a manifest says of its database, where it has one. */
export function databaseOf({ database, name }: Manifest): NonNullable<Manifest['database']> {
  if (database === null) throw new Error(`${name} holds no database`);
  return database;
}
