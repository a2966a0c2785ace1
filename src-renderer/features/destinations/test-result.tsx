import { Alert, Button, Group, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import type { SelfTestReport } from '../../../src-shared/model/destination.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import type { DestinationDraft, SftpDraft } from './destination-draft.ts';
import { ChangedHostKey } from './host-key-field.tsx';
import { SelfTestSteps, TestWarnings, testError } from './self-test-steps.tsx';

interface TestResultProps {
  name: string;
  saved: boolean;
  report: SelfTestReport;
  /** The tested server; `null`: another kind of destination. */
  sftp: SftpDraft | null;
  onBack(): void;
  kind: DestinationDraft['kind'];
  onSaveAnyway(): void;
  onCreate(): void;
  onPin(hostKey: string): void;
  onClose(): void;
}

/** The result of a destination's test, and the next steps. */
export function TestResult(props: TestResultProps) {
  const { name, saved, report, sftp, kind, onBack, onSaveAnyway, onCreate, onPin, onClose } = props;
  const error = testError(report);
  const seen = error?.details?.hostKey;
  const changedKey = sftp !== null && sftp.hostKey !== null && typeof seen === 'string' ? seen : null;
  return (
    <div className="test-result">
      {report.passed && (
        <Alert className="tone-good" icon={<IconCircleCheck size={20} />} role="status" title={`${name} is ready.`}>
          <Text size="sm" c="inherit">
            The test wrote, listed, read and deleted a small file.
            {report.freeBytes !== null && ` Free space: ${bytesInWords(report.freeBytes)}.`}
          </Text>
        </Alert>
      )}
      <SelfTestSteps report={report} label="Test steps" />
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
            <Button variant={report.missing ? 'default' : 'filled'} onClick={onBack} data-autofocus={!report.missing}>
              Back
            </Button>
            {report.missing && (
              <Button onClick={onCreate} data-autofocus>
                {kind === 's3' ? 'Create bucket' : 'Create folder'}
              </Button>
            )}
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
