import {
  IconAlertTriangle,
  IconCheck,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconClock,
  IconClockExclamation,
  IconDeviceFloppy,
  IconHourglass,
  IconPin,
  IconPlayerPause,
  IconPlugConnectedX,
  IconProgress,
  IconShieldCheck,
  IconShieldQuestion,
  IconShieldX,
  IconX,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { PlanState } from '../../../src-shared/model/plan.ts';
import type { Run, RunState } from '../../../src-shared/model/run.ts';
import type { VerificationSummary } from '../../../src-shared/model/snapshot.ts';
import { isPruningPaused, type Judged } from '../../../src-shared/rules/state/attention.ts';
import { agoInWords } from '../../../src-shared/words/moments.ts';
import { STATE_LABELS, stateLabel } from '../../../src-shared/words/plan-state-words.ts';
import { ruleInWords } from '../../../src-shared/words/retention-words.ts';

/** The meaning of a colour, which is never shown without an icon and words. */
export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'idle';

/** A label with an icon. */
export function Pill({ tone, icon, children }: { tone: Tone; icon?: ReactNode; children: ReactNode }) {
  return (
    <span className={`pill tone-${tone}`}>
      {icon}
      {children}
    </span>
  );
}

const STATES: Record<PlanState, { tone: Tone; icon: typeof IconX }> = {
  failed: { tone: 'bad', icon: IconX },
  overdue: { tone: 'bad', icon: IconClockExclamation },
  unavailable: { tone: 'bad', icon: IconPlugConnectedX },
  incomplete: { tone: 'warn', icon: IconAlertTriangle },
  waiting: { tone: 'warn', icon: IconHourglass },
  unverified: { tone: 'warn', icon: IconShieldQuestion },
  running: { tone: 'info', icon: IconProgress },
  empty: { tone: 'warn', icon: IconCircleDashed },
  paused: { tone: 'idle', icon: IconPlayerPause },
  'ok-one-disk': { tone: 'info', icon: IconDeviceFloppy },
  ok: { tone: 'good', icon: IconCheck },
};

/** The icon and the tone of where a plan stands. */
export function stateStyle(judged: Judged, size: number): { tone: Tone; icon: ReactNode } {
  const { tone, icon: Icon } = STATES[judged.state];
  return { tone: isPruningPaused(judged) ? 'warn' : tone, icon: <Icon size={size} aria-hidden /> };
}

/** What is shown of a plan while its run is active: a backup is about to change where it stands. */
const shownOf = (judged: Judged, active: Pick<Run, 'kind'> | undefined): Judged =>
  active?.kind === 'backup' ? { state: 'running', pruningPaused: null } : judged;

interface StateProps {
  plan: Judged;
  /** The run of the plan that has not ended. */
  active?: Pick<Run, 'kind'> | undefined;
}

/** Where a plan stands. */
export function StatePill({ plan, active }: StateProps) {
  const shown = shownOf(plan, active);
  return <Pill {...stateStyle(shown, 14)}>{stateLabel(shown)}</Pill>;
}

/** Where a plan stands as an icon, with a label for screen readers. */
export function StateIcon({ plan, active }: StateProps) {
  const shown = shownOf(plan, active);
  const { tone, icon } = stateStyle(shown, 14);
  const words = stateLabel(shown);
  return (
    <span className={`state-icon tone-${tone}`} role="img" aria-label={words} title={words}>
      {icon}
    </span>
  );
}

interface VerificationPillProps {
  verification: VerificationSummary;
  missing: boolean;
  incomplete: string | null;
  now: number;
}

/** The verification of a snapshot. */
export function VerificationPill(props: VerificationPillProps) {
  const { tone, Icon, words, title } = verificationWords(props);
  return (
    <Pill tone={tone} icon={<Icon size={14} aria-hidden />}>
      <span title={title}>{words}</span>
    </Pill>
  );
}

function verificationWords({ verification, missing, incomplete, now }: VerificationPillProps): {
  tone: Tone;
  Icon: typeof IconX;
  words: string;
  title?: string;
} {
  const { at, valid, message, except, level } = verification;
  if (missing) return { tone: 'bad', Icon: IconAlertTriangle, words: 'File missing' };
  if (at === null) return { tone: 'idle', Icon: IconShieldQuestion, words: STATE_LABELS.unverified };
  // The stored bytes are correct, but the content cannot be opened here, or needs repair.
  if (valid === null) return { tone: 'warn', Icon: IconShieldQuestion, words: STATE_LABELS.unverified, title: message };
  if (!valid) return { tone: 'bad', Icon: IconShieldX, words: 'Not valid' };
  if (incomplete !== null)
    return { tone: 'warn', Icon: IconAlertTriangle, words: STATE_LABELS.incomplete, title: incomplete };
  if (except !== null)
    return { tone: 'good', Icon: IconShieldCheck, words: 'Verified, except …', title: `Verified, except ${except}` };
  const done = level === 'restored' ? 'Restored' : 'Verified';
  return { tone: 'good', Icon: IconShieldCheck, words: `${done} ${agoInWords(at, now)}` };
}

const RUN_STATES: Record<RunState, { tone: Tone; icon: ReactNode; words: string }> = {
  queued: { tone: 'idle', icon: <IconClock size={14} aria-hidden />, words: 'Waiting' },
  running: { tone: 'info', icon: <IconProgress size={14} aria-hidden />, words: 'Running' },
  succeeded: { tone: 'good', icon: <IconCircleCheck size={14} aria-hidden />, words: 'Done' },
  failed: { tone: 'bad', icon: <IconCircleX size={14} aria-hidden />, words: 'Failed' },
  cancelled: { tone: 'idle', icon: <IconCircleDashed size={14} aria-hidden />, words: 'Cancelled' },
  interrupted: { tone: 'warn', icon: <IconAlertTriangle size={14} aria-hidden />, words: 'Interrupted' },
};

/** The state of a run. */
export function RunStatePill({ state }: { state: RunState }) {
  const { tone, icon, words } = RUN_STATES[state];
  return (
    <Pill tone={tone} icon={icon}>
      {words}
    </Pill>
  );
}

/** A rule that keeps a snapshot, for example `latest-1`. */
export function RuleTag({ rule }: { rule: string }) {
  return (
    <span className="rule-tag">
      {rule === 'pinned' && <IconPin size={12} aria-hidden />}
      {ruleInWords(rule)}
    </span>
  );
}
