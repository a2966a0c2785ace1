import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { SelfTestReport, SelfTestStep } from '../../../../src-shared/model/destination.ts';
import type { Destination } from './destination.ts';
import { objectsAt } from './list-all.ts';

const TEST_BYTES = 64 * 1024;

/**
 * Writes a small file, finds it in the list, reads it back whole and in part, and deletes it. What is wrong is in the
 * report, not thrown; the file is removed in any case, as far as the destination allows.
 * @param now milliseconds on a clock that does not jump
 */
export async function selfTest(
  destination: Destination,
  now: () => number = () => performance.now(),
): Promise<SelfTestReport> {
  const name = `snapkeep-test-${randomBytes(6).toString('hex')}`;
  const content = randomBytes(TEST_BYTES);
  const report: SelfTestReport = { passed: true, missing: false, steps: [], freeBytes: null, warnings: [] };
  let written = false;
  const run = async (step: SelfTestStep, work: () => Promise<void>): Promise<void> => {
    // After a step that failed only the cleaning up makes sense.
    if (!report.passed && !(step === 'delete' && written)) return;
    const startedAt = now();
    let error: SelfTestReport['steps'][number]['error'] = null;
    try {
      await work();
    } catch (thrown) {
      if (!(thrown instanceof SnapkeepError)) throw thrown;
      error = thrown.toBody();
      report.passed = false;
    }
    report.steps.push({ step, error, milliseconds: now() - startedAt });
  };
  await run('write', async () => {
    await destination.put(name, { bytes: content.length, open: () => Readable.from([content]) });
    written = true;
    report.freeBytes = (await destination.space())?.freeBytes ?? null;
    report.warnings = await destination.warnings();
  });
  if (!report.passed && !written) report.missing = await isMissing(destination);
  await run('list', async () => {
    if (!(await isListed(destination, name))) throw notKept(destination, 'does not list what was stored');
  });
  await run('read', async () => {
    const whole = await buffer(await destination.get(name));
    const part = await buffer(await destination.get(name, { start: 1000, bytes: 5000 }));
    if (!whole.equals(content) || !part.equals(content.subarray(1000, 6000))) {
      throw notKept(destination, 'returns other bytes than were stored');
    }
  });
  await run('delete', async () => {
    await destination.delete(name);
    if ((await destination.stat(name)) !== undefined) throw notKept(destination, 'still has what was deleted');
  });
  return report;
}

/** What cannot be reached may be there. */
async function isMissing(destination: Destination): Promise<boolean> {
  try {
    return !(await destination.exists());
  } catch (error) {
    if (error instanceof SnapkeepError) return false;
    throw error;
  }
}

async function isListed(destination: Destination, name: string): Promise<boolean> {
  for await (const object of objectsAt(destination))
    if (object.name === name && object.bytes === TEST_BYTES) return true;
  return false;
}

function notKept({ label }: Destination, what: string): SnapkeepError {
  return new SnapkeepError('CORRUPT', `The server of ${label} ${what}.`, {
    hint: 'Do not store backups there until the server has been repaired.',
  });
}
