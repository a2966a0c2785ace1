import type { MethodName } from '../../../src-shared/contract/methods.ts';
import { gone, type MethodCase, nobody, noPlan, nothing, planOf } from './case.ts';

const NOTES_TEMPLATE = JSON.stringify({
  id: 'notes',
  name: 'Notes',
  purpose: 'Keeps the notes.',
  parts: [{ id: 'database', name: 'Database', kind: 'database', locations: { linux: ['~/.notes/notes.db'] } }],
});

/** The cases of plans, their schedules and templates. */
export const plansCases = {
  'plans.list': nothing,
  'plans.check': nothing,
  'plans.get': { good: planOf, missing: noPlan, wrong: { planId: 'x' } },
  'plans.storage': { good: planOf, missing: noPlan, wrong: { planId: 'x' } },
  'plans.create': {
    good: ({ source, destination }) => ({
      name: 'Other',
      sourcePath: source,
      destinations: [{ path: destination }],
    }),
    missing: (scene) => ({
      name: 'Other',
      sourcePath: gone(scene),
      destinations: [{ path: scene.destination }],
    }),
    wrong: { name: '' },
  },
  'plans.update': {
    good: ({ plan }) => ({
      planId: plan.id,
      name: 'Renamed',
      tags: [' Home '],
      retention: { keepLast: null },
      compression: 'zst',
    }),
    missing: noPlan,
    wrong: { planId: nobody, tags: ['x'.repeat(31)] },
  },
  'plans.remove': { good: planOf, missing: noPlan, wrong: {} },
  'plans.putBack': {
    good: async ({ core, plan }) => {
      await core.call('plans.remove', { planId: plan.id });
      return { planId: plan.id };
    },
    missing: noPlan,
    wrong: {},
  },
  'recoveryKit.make': nothing,
  'recoveryKit.status': nothing,
  'recoveryKit.save': {
    good: ({ folder }) => ({ folder }),
    missing: (scene) => ({ folder: gone(scene) }),
    missingCode: 'UNAVAILABLE',
    wrong: { folder: '' },
  },
  'recoveryKit.markSaved': { good: () => ({ digest: 'a digest' }), missing: null, wrong: { digest: 1 } },
  'sources.describe': {
    good: ({ source }) => ({ path: source }),
    missing: (scene) => ({ path: gone(scene) }),
    wrong: { path: '' },
  },
  'sources.compare': {
    good: ({ plan, source }) => ({ planId: plan.id, path: source }),
    missing: (scene) => ({ planId: scene.plan.id, path: gone(scene) }),
    wrong: { path: '' },
  },
  'schedules.preview': {
    good: () => ({ schedule: { kind: 'cron', expression: '30 2 * * 1-5' }, timeZone: 'Europe/Berlin' }),
    missing: () => ({ schedule: { kind: 'cron', expression: 'now and then' } }),
    missingCode: 'INVALID_PARAMS',
    wrong: { schedule: { kind: 'sometimes' } },
  },
  'schedules.readOld': {
    good: () => ({ text: '0 2 * * * PASSWORD=secret hone backup create', path: '/etc/cron.d/hone' }),
    missing: null,
    wrong: { text: '' },
  },
  'templates.list': nothing,
  'templates.apply': {
    good: ({ folder }) => ({ templateId: 'portunus', folder }),
    missing: () => ({ templateId: 'nobody' }),
    wrong: { templateId: 'hone', text: '{}' },
  },
  'templates.save': {
    good: () => ({ text: NOTES_TEMPLATE }),
    missing: () => ({ text: '{ "id": "notes" }' }),
    missingCode: 'INVALID_PARAMS',
    wrong: { text: 1 },
  },
  'templates.remove': {
    good: async ({ core }) => {
      await core.call('templates.save', { text: NOTES_TEMPLATE });
      return { templateId: 'notes' };
    },
    missing: () => ({ templateId: 'nobody' }),
    wrong: {},
  },
  'templates.export': {
    good: () => ({ templateId: 'hone' }),
    missing: () => ({ templateId: 'nobody' }),
    wrong: { templateId: '' },
  },
  'schedules.pause': {
    good: (scene) => ({ ...planOf(scene), until: null }),
    missing: () => ({ ...noPlan(), until: null }),
    wrong: { until: 'later' },
  },
  'schedules.resume': { good: planOf, missing: noPlan, wrong: { planId: 1 } },
  'schedules.status': nothing,
  'schedules.runDue': nothing,
  'retention.project': {
    good: (scene) => ({ ...planOf(scene), schedule: { kind: 'daily', time: '02:00' }, retention: { keepLast: 3 } }),
    missing: () => ({ ...noPlan(), schedule: { kind: 'manual' }, retention: { keepLast: 3 } }),
    wrong: { schedule: { kind: 'manual' }, retention: { keepLast: 0 } },
  },
} satisfies Partial<Record<MethodName, MethodCase>>;
