import { Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconCircleX } from '@tabler/icons-react';
import { type SelfTestReport, SelfTestStep } from '../../../src-shared/model/destination.ts';
import { durationInWords } from '../../../src-shared/words/wording.ts';
import './destinations.css';

const WORDS: Record<SelfTestStep, string> = { write: 'Write', list: 'List', read: 'Read', delete: 'Delete' };

/** The four steps of a self-test: how each went and how long it took. */
export function SelfTestSteps({ report, label }: { report: SelfTestReport; label: string }) {
  return (
    <ol className="test-steps" aria-label={label}>
      {SelfTestStep.options.map((step) => (
        <Step key={step} step={step} report={report} />
      ))}
    </ol>
  );
}

function Step({ step, report }: { step: SelfTestStep; report: SelfTestReport }) {
  const done = report.steps.find((each) => each.step === step);
  if (done === undefined)
    return (
      <li className="tone-idle">
        <IconCircleDashed size={16} aria-hidden /> {WORDS[step]} <span className="step-time">skipped</span>
      </li>
    );
  return (
    <li className={done.error === null ? 'tone-good' : 'tone-bad'}>
      {done.error === null ? <IconCircleCheck size={16} aria-hidden /> : <IconCircleX size={16} aria-hidden />}
      {WORDS[step]}{' '}
      <span className="step-time numbers">
        {done.error === null ? durationInMilliseconds(done.milliseconds) : 'failed'}
      </span>
    </li>
  );
}

/** The warnings of a self-test. */
export function TestWarnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul className="test-warnings" aria-label="Warnings">
      {warnings.map((warning) => (
        <li key={warning} className="tone-warn">
          <IconAlertTriangle size={16} aria-hidden />
          <Text size="sm" span>
            {warning}
          </Text>
        </li>
      ))}
    </ul>
  );
}

/** The error that ended a self-test; `undefined`: it passed. */
export function testError({ steps }: SelfTestReport) {
  return steps.find(({ error }) => error !== null)?.error ?? undefined;
}

const durationInMilliseconds = (milliseconds: number): string =>
  milliseconds < 1000 ? `${Math.max(1, Math.round(milliseconds))} ms` : durationInWords(milliseconds);
