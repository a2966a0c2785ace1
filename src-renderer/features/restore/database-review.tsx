import { Alert, Checkbox, Text } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconFileInfo,
  IconFilePlus,
  IconInfoCircle,
  IconKey,
  IconShieldCheck,
  IconVersions,
} from '@tabler/icons-react';
import type { RestoreCheck, RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import { fewerRowsInWords } from '../../../src-shared/words/table-rows.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { Note } from '../../components/messages/note.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { ChangesTable } from './changes-table.tsx';
import { CompareRows } from './compare-rows.tsx';

interface DatabaseReviewProps {
  check: RestoreCheck;
  source: RestoreSource;
  insists: boolean;
  /** Restore also a newer schema, an unusually large file, or a database that needs repair. */
  onInsists(insists: boolean): void;
}

/** Whether the restore needs an explicit confirmation. */
export const asksToInsist = ({ guard, expansion, repairs }: RestoreCheck): boolean =>
  guard.state === 'newer' || expansion !== null || repairs !== null;

/** The effects of restoring a database. */
export function DatabaseReview({ check, source, insists, onInsists }: DatabaseReviewProps) {
  const { target, guard } = check;
  return (
    <>
      <PathText path={target.path} />
      <ChangesTable changes={check.tables} exists={target.exists && target.damage === null} />
      {target.exists && target.damage === null && <CompareRows source={source} targetPath={target.path} />}
      <Guard guard={guard} />
      {check.expansion !== null && (
        <Note tone="bad">
          This file unpacks to {check.expansion.toLocaleString('en-US')} times its size, which is unusual for a
          database.
        </Note>
      )}
      {asksToInsist(check) && (
        <Checkbox
          label="Restore anyway"
          checked={insists}
          onChange={(event) => onInsists(event.currentTarget.checked)}
        />
      )}
      <Verified verification={check.verification} />
      {target.exists ? <Consequences check={check} /> : <NewFile />}
      {target.notes.length > 0 && (
        <Alert className="tone-warn" icon={<IconFileInfo size={18} />}>
          {target.notes.map((note) => (
            <Text key={note} size="sm" c="inherit">
              {note}
            </Text>
          ))}
        </Alert>
      )}
      {check.keyNote !== null && (
        <Note tone="info" icon={IconKey}>
          {check.keyNote}
        </Note>
      )}
    </>
  );
}

/** The result of the verification. */
function Verified({ verification: { message, checks } }: Pick<RestoreCheck, 'verification'>) {
  const warns = checks.some(({ outcome }) => outcome === 'warning' || outcome === 'repairable');
  return (
    <Alert
      className={warns ? 'tone-warn' : 'tone-good'}
      icon={warns ? <IconAlertTriangle size={18} /> : <IconShieldCheck size={18} />}
    >
      <Text size="sm" c="inherit">
        {message}
      </Text>
    </Alert>
  );
}

/** Warnings about the schema version. */
function Guard({ guard }: { guard: RestoreCheck['guard'] }) {
  const newer = guard.state === 'newer';
  return (
    <>
      {guard.warning !== null && <Note tone="bad">{guard.warning}</Note>}
      {(newer || guard.state === 'older') && (
        <Alert className={newer ? 'tone-bad' : 'tone-info'} icon={<IconVersions size={18} />}>
          <Text size="sm" c="inherit">
            {guard.message}
          </Text>
        </Alert>
      )}
    </>
  );
}

function Consequences({ check: { target, rowsLost, schemaChanges, safetyFolder, guard } }: { check: RestoreCheck }) {
  const harmless = target.damage === null && rowsLost === 0 && !target.changed && schemaChanges.length === 0;
  const holders = target.openBy.map((holder) => holder.name).join(', ');
  const versions = guard.state === 'same' || guard.state === 'unknown' ? guard.message : '';
  return (
    <>
      <Alert
        className={harmless ? 'tone-info' : 'tone-warn'}
        icon={harmless ? <IconInfoCircle size={18} /> : <IconAlertTriangle size={18} />}
      >
        <Text size="sm" c="inherit">
          {target.damage !== null && `${target.damage} `}
          {rowsLost > 0 && (
            <>
              <strong>You will lose {countInWords(rowsLost, 'row')}</strong> newer than this snapshot.{' '}
            </>
          )}
          {target.damage === null && rowsLost === 0 && `${fewerRowsInWords(target.changed)} `}
          {target.damage === null && schemaChanges.length === 0 && versions}
        </Text>
        {schemaChanges.length > 0 && (
          <ul className="plain-list">
            {schemaChanges.map((change) => (
              <li key={change}>{change}</li>
            ))}
          </ul>
        )}
      </Alert>
      <Note tone="info" icon={IconArrowBackUp}>
        The current database is saved to {safetyFolder} first. You can restore it with <strong>Undo</strong>.{' '}
        {holders !== '' &&
          target.method === 'into-live' &&
          `In use by ${holders}, which will see the restored rows at once.`}
        {holders !== '' &&
          target.method === 'replace-file' &&
          `In use by ${holders}. Close it first: this restore replaces the file.`}
      </Note>
    </>
  );
}

function NewFile() {
  return (
    <Note tone="info" icon={IconFilePlus}>
      A new file will be created.
    </Note>
  );
}
