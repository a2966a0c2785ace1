import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { questionOf } from '../../../src-renderer/stores/answers.ts';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../../src-shared/model/settings.ts';
import { coreOfTest, settled } from '../../support/core-of-test.ts';

/** Answers whose core is the test, and what they say now. */
function fakeCore() {
  const core = coreOfTest();
  const now = (method: 'settings.get' | 'plans.list' = 'settings.get') =>
    core.answers.store.getState().byQuestion[questionOf(method, {})];
  return { ...core, now };
}

const theme = (value: unknown): unknown => (value as Settings | null)?.theme;
const themed = (name: Settings['theme']): Settings => ({ ...DEFAULT_SETTINGS, theme: name });

/** Settings that follow their event, as in the window. */
function followedSettings() {
  const core = fakeCore();
  core.client.on('settings.changed', ({ settings }, revision) =>
    core.answers.patch('settings.get', {}, revision, () => settings),
  );
  core.answers.watch('settings.get', {});
  core.connect(true);
  return core;
}

describe('an answer that is older than an event', () => {
  test('does not replace what the event has said', async () => {
    const core = followedSettings();
    core.event(1, 'settings.changed', { settings: themed('dark') });
    await core.answer(0, 0, themed('light'));
    expect(theme(core.now()?.value)).toBe('dark');
  });

  test('that it contains already is taken as it is', async () => {
    const core = followedSettings();
    core.event(1, 'settings.changed', { settings: themed('dark') });
    await core.answer(0, 1, themed('light'));
    expect(theme(core.now()?.value)).toBe('light');
  });

  test('is followed by another question where the event only says that something has changed', async () => {
    const core = fakeCore();
    core.answers.watch('plans.list', {});
    core.connect(true);
    for (const revision of [1, 2, 3]) core.answers.invalidate('plans.list', revision);
    expect(core.requests()).toHaveLength(1);
    await core.answer(0, 2, ['old']);
    expect(core.now('plans.list')?.value).toEqual(['old']);
    expect(core.requests()).toHaveLength(2);
    await core.answer(1, 3, ['new']);
    expect(core.now('plans.list')).toEqual({ value: ['new'], error: null, pending: false });
    expect(core.requests()).toHaveLength(2);
  });

  test('ends as what the core holds, in whatever order answers and events come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('change', 'deliver', 'reload'), { maxLength: 30 }), async (steps) => {
        const core = followedSettings();
        let revision = 0;
        let held = themed('system');
        // What the core has read for each request: when it arrived, as late as its answer may be.
        const read: Array<{ revision: number; value: Settings }> = [];
        const take = (): void => {
          while (read.length < core.requests().length) read.push({ revision, value: held });
        };
        let delivered = 0;
        take();
        for (const step of steps) {
          if (step === 'change') {
            revision += 1;
            held = { ...themed('dark'), lockWaitSeconds: revision };
            core.event(revision, 'settings.changed', { settings: held });
          } else if (step === 'reload') core.answers.reload(questionOf('settings.get', {}));
          else if (delivered < read.length) {
            const { revision: at, value } = read[delivered] as { revision: number; value: Settings };
            await core.answer(delivered, at, value);
            delivered += 1;
          }
          take();
        }
        for (; delivered < read.length; delivered++)
          await core.answer(delivered, read[delivered]?.revision ?? 0, read[delivered]?.value);
        expect(core.now()).toEqual({ value: held, error: null, pending: false });
      }),
    );
  });
});

test('an answer to a question that was asked again is dropped', async () => {
  const core = fakeCore();
  core.answers.watch('plans.list', {});
  core.connect(true);
  core.answers.reload(questionOf('plans.list', {}));
  expect(core.cancelled()).toEqual([core.requests()[0]?.id]);
  await core.answer(1, 0, ['second']);
  await core.answer(0, 5, ['first']);
  expect(core.now('plans.list')?.value).toEqual(['second']);
});

describe('without a connection', () => {
  test('a question waits, and is asked once there is one', async () => {
    const core = fakeCore();
    core.answers.watch('plans.list', {});
    expect(core.requests()).toHaveLength(0);
    expect(core.now('plans.list')).toEqual({ value: null, error: null, pending: true });
    core.connect(true);
    await core.answer(0, 0, ['there']);
    expect(core.now('plans.list')?.value).toEqual(['there']);
  });

  test('what is known stays, a lost request is no failure, and the next connection counts from its own beginning', async () => {
    const core = followedSettings();
    await core.answer(0, 7, themed('dark'));
    core.answers.reload(questionOf('settings.get', {}));
    core.connect(false);
    await settled();
    expect(core.now()).toMatchObject({ error: null, pending: true });
    expect(theme(core.now()?.value)).toBe('dark');
    core.connect(true);
    await core.answer(2, 0, themed('light'));
    expect(core.now()).toMatchObject({ error: null, pending: false });
    expect(theme(core.now()?.value)).toBe('light');
  });
});

test('a failure is kept beside what is known, told once, and gone with the next answer', async () => {
  const core = fakeCore();
  const told: unknown[] = [];
  core.answers.watch('plans.list', {}, (error) => told.push(error));
  core.connect(true);
  await core.answer(0, 0, ['known']);
  core.answers.invalidate('plans.list', 1);
  await core.fail(1, new SnapkeepError('INTERNAL', 'The disk is broken.'));
  expect(core.now('plans.list')).toMatchObject({ value: ['known'], error: { code: 'INTERNAL' }, pending: false });
  expect(told).toHaveLength(1);
  core.answers.reload(questionOf('plans.list', {}));
  await core.answer(2, 1, ['new']);
  expect(core.now('plans.list')).toEqual({ value: ['new'], error: null, pending: false });
});

test('a question that nobody watches any more is cancelled and forgotten', async () => {
  const core = fakeCore();
  const stops = [core.answers.watch('plans.list', {}), core.answers.watch('plans.list', {})];
  core.connect(true);
  expect(core.requests()).toHaveLength(1);
  stops[0]?.();
  expect(core.cancelled()).toEqual([]);
  stops[1]?.();
  expect(core.cancelled()).toHaveLength(1);
  await core.answer(0, 0, ['late']);
  expect(core.now('plans.list')).toBeUndefined();
});
