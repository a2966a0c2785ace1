import type { MethodName } from '../../../src-shared/contract/methods.ts';
import { takeBackup } from '../../support/scene.ts';
import { gone, type MethodCase, nothing } from './case.ts';

/** The cases of settings and of what hosts lend. */
export const hostCases = {
  'app.info': nothing,
  'settings.get': nothing,
  'settings.update': {
    good: () => ({ theme: 'dark', lockWaitSeconds: 5 }),
    missing: null,
    wrong: { lockWaitSeconds: 0 },
  },
  'secrets.list': nothing,
  'alerts.undelivered': nothing,
  'secrets.useKeychain': {
    good: () => ({ use: true }),
    missing: () => ({ use: true }),
    missingCode: 'UNSUPPORTED',
    wrong: { use: 'yes' },
  },
  'secrets.set': {
    good: () => ({ name: 'webhook-url', value: 'https://example.com/hook' }),
    missing: () => ({ name: 'webhook-url', value: 'nowhere' }),
    missingCode: 'INVALID_PARAMS',
    wrong: { name: 'password', value: 'x' },
  },
  'alerts.test': {
    good: () => ({ channel: 'ping' }),
    missing: () => ({ channel: 'mail' }),
    missingCode: 'INVALID_PARAMS',
    wrong: { channel: 'smoke' },
  },
  'files.identify': {
    good: async (scene) => ({ path: (await takeBackup(scene)).path }),
    missing: (scene) => ({ path: gone(scene) }),
    wrong: { path: [] },
  },
  'files.list': {
    good: ({ folder }) => ({ path: folder }),
    missing: (scene) => ({ path: gone(scene) }),
    wrong: { path: '' },
  },
  'files.places': nothing,
  'files.reveal': { good: ({ source }) => ({ path: source }), missing: null, wrong: {} },
  'dialogs.pickDatabase': nothing,
  'dialogs.pickBackup': nothing,
  'dialogs.pickFolder': nothing,
  'dialogs.pickTarget': { good: () => ({ suggestion: '/a.db' }), missing: null, wrong: { suggestion: 1 } },
} satisfies Partial<Record<MethodName, MethodCase>>;
