import { Alert, Button, Group, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import type { SelfTestReport } from '../../../src-shared/model/destination.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { ErrorNotice } from '../../components/errors.tsx';
import type { SftpDraft } from './destination-draft.ts';
import { ChangedHostKey } from './host-key-field.tsx';
import { SelfTestSteps, TestWarnings, testError } from './self-test-steps.tsx';

interface TestResultProps {
  name: string;
  saved: boolean;
  report: SelfTestReport;
  /** What was asked, where it was a server. */
  sftp: SftpDraft | null;
  onBack(): void;
  onSaveAnyway(): void;
  onPin(hostKey: string): void;
  onClose(): void;
}

/** What the test of a destination found, and what can be done about it. */
export function TestResult(props: TestResultProps) {
  const { name, saved, report, sftp, onBack, onSaveAnyway, onPin, onClose } = props;
  const error = testError(report);
  const seen = error?.details?.hostKey;
  const changedKey = sftp !== null && sftp.hostKey !== null && typeof seen === 'string' ? seen : null;
  return (
    <div className="test-result">
      {report.passed && (
        <Alert className="tone-good" icon={<IconCircleCheck size={20} />} role="status" title={`${name} is ready.`}>
          <Text size="sm" c="inherit">
            A small file was written, found, read back and deleted.
            {report.freeBytes !== null && ` ${bytesInWords(report.freeBytes)} are free.`}
          </Text>
        </Alert>
      )}
      <SelfTestSteps report={report} label="Steps of the test" />
      <TestWarnings warnings={report.warnings} />
      {changedKey !== null ? (
        <ChangedHostKey
          host={sftp?.host ?? ''}
          seen={changedKey}
          pinned={sftp?.hostKey ?? ''}
          onPin={() => onPin(changedKey)}
        />
      ) : (
        error !== undefined && <ErrorNotice error={error} />
      )}
      <Group justify="flex-end">
        {!report.passed && !saved && (
          <>
            <Button variant="default" onClick={onSaveAnyway}>
              Save anyway
            </Button>
            <Button onClick={onBack} data-autofocus>
              Back
            </Button>
          </>
        )}
        {saved && (
          <Button onClick={onClose} data-autofocus>
            Done
          </Button>
        )}
      </Group>
    </div>
  );
}
