import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultPlace } from '../../../src-renderer/features/new-plan/default-place.ts';
import { planInWords } from '../../../src-renderer/features/new-plan/plan-in-words.ts';
import { stepOf } from '../../../src-renderer/features/new-plan/steps.tsx';
import { emptyForm, type PlanForm } from '../../../src-renderer/features/plan-form/plan-form.ts';
import { destinationAt, suggestionOf } from '../../support/places-of-plans.ts';

/* What a new plan suggests and says before it is created. */

const sentence = (form: Partial<PlanForm>): string =>
  planInWords({ ...emptyForm(), sourcePath: '/home/ann/app.db', folder: '/mnt/nas/app', ...form }, [
    destinationAt('cloud', null),
  ])
    .map((part) => (typeof part === 'string' ? part : part.name))
    .join('');

test('one sentence says what the plan will do', () => {
  expect(sentence({ others: [{ destinationId: 'cloud', retention: null }] })).toBe(
    'app.db is backed up daily at 02:00 to /mnt/nas/app and cloud, compressed with gzip and verified; retention keeps the last 7 snapshots, 30 daily, 12 weekly and 12 monthly.',
  );
  expect(sentence({ schedule: { kind: 'weekly', days: [1, 5], time: '04:30' } })).toContain(
    'backed up on Mondays and Fridays at 04:30 to',
  );
  expect(sentence({ schedule: { kind: 'manual' }, compression: 'none', verifyAfterBackup: false })).toContain(
    'backed up only when you start it to /mnt/nas/app, uncompressed and not verified;',
  );
  expect(sentence({ method: 'dump' })).toContain(', as a SQL dump, compressed with gzip and verified;');
});

test('another disk is chosen before the disk of the source, and a destination before a new folder', () => {
  const same = destinationAt('same', '/backups');
  const cloud = destinationAt('cloud', null);
  const compared = [{ path: '/backups', available: true, sameDisk: true }];
  const home = suggestionOf('/home/ann', true);
  const usb = suggestionOf('/media/usb', false);
  const chosen = (...given: Parameters<typeof defaultPlace>): string => {
    const { folder, others } = defaultPlace(...given);
    return folder || (others[0]?.destinationId ?? 'none');
  };
  expect(chosen({ destinations: [same, cloud], compared }, [usb, home])).toBe('cloud');
  expect(chosen({ destinations: [same], compared }, [usb, home])).toBe('/media/usb/Snapkeep');
  expect(chosen({ destinations: [same], compared }, [home])).toBe('same');
  expect(chosen({ destinations: [], compared }, [home])).toBe('/home/ann/Snapkeep');
  expect(chosen({ destinations: [{ ...cloud, state: 'unavailable' }], compared }, [])).toBe('none');
});

test('no step is shown before the ones that it needs', () => {
  fc.assert(
    fc.property(fc.string(), fc.boolean(), fc.boolean(), (asked, source, destinations) => {
      for (const wanted of [asked, 'source', 'destinations', 'review']) {
        const step = stepOf(wanted, { source, destinations });
        if (!source) expect(step).toBe('source');
        if (!destinations) expect(step).not.toBe('review');
        if (source && destinations && wanted !== asked) expect(step).toBe(wanted);
      }
    }),
  );
});
