import { Alert, Checkbox, Text } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconFileInfo,
  IconFilePlus,
  IconKey,
  IconShieldCheck,
  IconVersions,
} from '@tabler/icons-react';
import type { RestoreCheck } from '../../../src-shared/model/restore.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { PathText } from '../../components/path-text.tsx';
import { ChangesTable } from './changes-table.tsx';

interface DatabaseReviewProps {
  check: RestoreCheck;
  insists: boolean;
  /** Also what is newer than the database, far larger than its file, or in need of repair is to be restored. */
  onInsists(insists: boolean): void;
}

/** Whether a person has to say that they want it anyway. */
export const asksToInsist = ({ guard, expansion, repairs }: RestoreCheck): boolean =>
  guard.state === 'newer' || expansion !== null || repairs !== null;

/** What a restore of a database would do. */
export function DatabaseReview({ check, insists, onInsists }: DatabaseReviewProps) {
  const { target, guard } = check;
  return (
    <>
      <PathText path={target.path} />
      <ChangesTable changes={check.tables} exists={target.exists && target.damage === null} />
      <Guard guard={guard} />
      {check.expansion !== null && (
        <Alert className="tone-bad" icon={<IconAlertTriangle size={18} />}>
          <Text size="sm" c="inherit">
            This file unpacks to {check.expansion.toLocaleString('en-US')} times its size, far more than databases do.
          </Text>
        </Alert>
      )}
      {asksToInsist(check) && (
        <Checkbox
          label="Restore it anyway"
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
        <Alert className="tone-info" icon={<IconKey size={18} />}>
          <Text size="sm" c="inherit">
            {check.keyNote}
          </Text>
        </Alert>
      )}
    </>
  );
}

/** What the verification found; what it warns of stands for itself. */
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

/** What the version of the schema says, where a person should know. */
function Guard({ guard }: { guard: RestoreCheck['guard'] }) {
  const newer = guard.state === 'newer';
  return (
    <>
      {guard.warning !== null && (
        <Alert className="tone-bad" icon={<IconAlertTriangle size={18} />}>
          <Text size="sm" c="inherit">
            {guard.warning}
          </Text>
        </Alert>
      )}
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
  const holders = target.openBy.map((holder) => holder.name).join(', ');
  const versions = guard.state === 'same' || guard.state === 'unknown' ? guard.message : '';
  return (
    <>
      <Alert className="tone-warn" icon={<IconAlertTriangle size={18} />}>
        <Text size="sm" c="inherit">
          {target.damage !== null && `${target.damage} `}
          {rowsLost > 0 && (
            <>
              <strong>You will lose {countInWords(rowsLost, 'row')}</strong> newer than this snapshot.{' '}
            </>
          )}
          {target.damage === null && rowsLost === 0 && 'No table has fewer rows afterwards. '}
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
      <Alert className="tone-info" icon={<IconArrowBackUp size={18} />}>
        <Text size="sm" c="inherit">
          What is there now is kept first, in {safetyFolder}; <strong>Undo</strong> puts it back.{' '}
          {holders !== '' &&
            target.method === 'into-live' &&
            `${holders} has the database open and will see the restored rows at once.`}
          {holders !== '' &&
            target.method === 'replace-file' &&
            `${holders} has the database open and has to be closed first, for this restore exchanges the file.`}
        </Text>
      </Alert>
    </>
  );
}

function NewFile() {
  return (
    <Alert className="tone-info" icon={<IconFilePlus size={18} />}>
      <Text size="sm" c="inherit">
        There is nothing at this path; a new file is made.
      </Text>
    </Alert>
  );
}
