import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type EventName, events } from '../../src-shared/contract/events.ts';
import { capturedLog } from '../support/captured-log.ts';
import { appendEntries } from '../support/databases.ts';
import { folderAt, save, settle, statesAt, storeTo } from '../support/places.ts';
import { setScene } from '../support/scene.ts';
import { succeed } from '../support/test-core.ts';

test('listeners and windows that throw at everything stop no run, no copy and no answer', async () => {
  const { log, lines } = capturedLog();
  const scene = await setScene({ ports: { log } });
  const { core, plan, folder } = scene;
  const fail = (): never => {
    throw new Error('The window is gone.');
  };
  for (const event of Object.keys(events) as EventName[]) core.on(event, fail);
  const window = core.connect(fail);
  const heard: string[] = [];
  core.connect((frame) => heard.push(frame.type));
  const second = await save(core, folderAt(join(folder, 'second'), 'Second'));
  await storeTo(scene, plan.destinations[0]?.destinationId ?? '', second);
  for (let round = 0; round < 2; round++) {
    appendEntries(scene.source, 1);
    await succeed(core, 'backups.start', { planId: plan.id });
    await settle(core);
  }
  expect(await statesAt(core, second)).toEqual(['stored', 'stored']);
  expect(core.activeRuns()).toEqual([]);

  expect(() => window.receive('no frame')).not.toThrow();
  window.receive({ type: 'request', id: 1, method: 'settings.get', params: {} });
  await nextTurn();
  expect(heard).toContain('event');
  const errors = lines.filter(({ level }) => level === 'error').map(({ message }) => message);
  for (const told of ['run.changed failed', 'A response could not', 'An event could not'])
    expect(errors.filter((message) => message.includes(told))).not.toEqual([]);
});
