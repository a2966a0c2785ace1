import { expect, test } from 'vitest';
import {
  changeDestinations,
  changesOf,
  looksChanged,
  rebasedForm,
} from '../../../src-renderer/features/plan-form/plan-changes.ts';
import { planFieldsOf, planFormOf } from '../../../src-renderer/features/plan-form/plan-form.ts';
import { KEEP_ALL, Plan, PlanInput } from '../../../src-shared/model/plan.ts';

const AT = '2026-11-21T14:00:00.000Z';

const plan: Plan = Plan.parse({
  ...PlanInput.parse({ name: 'shop', sourcePath: '/srv/shop.db', destinations: [{ path: '/backups' }] }),
  ...{ id: crypto.randomUUID(), paused: null, key: null, createdAt: AT, updatedAt: AT },
  destinations: [{ destinationId: crypto.randomUUID(), retention: null }],
  encryption: { kind: 'passphrase' },
});

test('only what was typed is a change', () => {
  const form = planFormOf(plan);
  expect(changesOf(form, plan)).toEqual({});
  expect(changesOf({ ...form, name: ' shop ', group: ' ' }, plan)).toEqual({});
  expect(changesOf({ ...form, name: 'store', timeLimit: 5 }, plan)).toEqual({ name: 'store', timeLimitMinutes: 5 });
  const passphrase = { ...form.encryption, passphrase: 'correct horse', again: 'correct horse' };
  expect(changesOf({ ...form, encryption: passphrase }, plan)).toEqual({
    encryptionSecrets: { passphrase: 'correct horse' },
  });
});

test('a pause, a key or another path changes nothing that can be typed', () => {
  expect(looksChanged(plan, { ...plan, updatedAt: 'later', sourcePath: '/mnt/shop.db' })).toBe(false);
  expect(looksChanged(plan, { ...plan, group: 'Shops' })).toBe(true);
});

test('what was typed is put on top of what was changed elsewhere', () => {
  const attachedFiles = [{ key: 'k', kind: 'file' as const, name: '', named: false, path: '', exclude: '' }];
  const encryption = { kind: 'passphrase' as const, passphrase: 'typed', again: '', recipients: '', identity: '' };
  const form = { ...planFormOf(plan), name: 'mine', attachedFiles, encryption };
  const after: Plan = { ...plan, name: 'theirs', group: 'Shops', retention: { ...KEEP_ALL, keepLast: 7 } };
  const rebased = rebasedForm(form, plan, after);
  expect(planFieldsOf(rebased)).toMatchObject({ name: 'mine', group: 'Shops', retention: { keepLast: 7 } });
  expect(rebased.attachedFiles).toHaveLength(1);
  expect(rebased.encryption).toEqual(encryption);
});

test('destinations are added and removed one by one: the others stay, with their order and own retention', () => {
  const own = { destinationId: 'disk', retention: { ...KEEP_ALL, keepLast: 7 } };
  const before = [own, { destinationId: 'nas', retention: null }];
  expect(changeDestinations(before, ['cloud', 'disk'], ['nas'])).toEqual([
    own,
    { destinationId: 'cloud', retention: null },
  ]);
  expect(changeDestinations(before, [], ['disk', 'nas', 'cloud'])).toEqual([]);
  expect(changeDestinations(before, [], [])).toEqual(before);
});
