import {
  IconBucket,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconFolder,
  IconPlugConnectedX,
  IconServer,
} from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';
import type { DestinationSettings, DestinationState } from '../../../src-shared/model/destination.ts';
import { Pill, type Tone } from './pill.tsx';

type Kind = DestinationSettings['kind'];

const KINDS: Record<Kind, { words: string; Icon: ComponentType<{ size: number; 'aria-label': string }> }> = {
  folder: { words: 'Folder', Icon: IconFolder },
  s3: { words: 'S3 bucket', Icon: IconBucket },
  sftp: { words: 'SFTP server', Icon: IconServer },
};

/** The kind of a destination as an icon. */
export function KindIcon({ kind, size = 18 }: { kind: Kind; size?: number }) {
  const { words, Icon } = KINDS[kind];
  return (
    <span className="kind-icon" title={words}>
      <Icon size={size} aria-label={words} />
    </span>
  );
}

const STATES: Record<DestinationState, { tone: Tone; icon: ReactNode; words: string }> = {
  failed: { tone: 'bad', icon: <IconCircleX size={14} aria-hidden />, words: 'Failed' },
  unavailable: { tone: 'warn', icon: <IconPlugConnectedX size={14} aria-hidden />, words: 'Unavailable' },
  untested: { tone: 'idle', icon: <IconCircleDashed size={14} aria-hidden />, words: 'Not tested' },
  ready: { tone: 'good', icon: <IconCircleCheck size={14} aria-hidden />, words: 'OK' },
};

/** The state of a destination. */
export function DestinationPill({ state }: { state: DestinationState }) {
  const { tone, icon, words } = STATES[state];
  return (
    <Pill tone={tone} icon={icon}>
      {words}
    </Pill>
  );
}

/** Returns names as a list: `NAS`, `NAS and b2-offsite`, `NAS, b2-offsite and 3 more`. */
export function namesInWords(names: readonly string[]): string {
  const [first = '', second, ...others] = names;
  if (second === undefined) return first;
  if (others.length === 0) return `${first} and ${second}`;
  return others.length === 1 ? `${first}, ${second} and ${others[0]}` : `${first}, ${second} and ${others.length} more`;
}
