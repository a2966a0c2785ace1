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
import type { PlanState } from '../../src-shared/model/plan.ts';
import type { RunState } from '../../src-shared/model/run.ts';
import type { VerificationSummary } from '../../src-shared/model/snapshot.ts';
import { agoInWords } from '../../src-shared/words/moments.ts';
import { STATE_LABELS } from '../../src-shared/words/plan-state-words.ts';
import { ruleInWords } from '../../src-shared/words/retention-words.ts';

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

/** The icon and the tone of a plan's state. */
export function stateStyle(state: PlanState, size: number): { tone: Tone; icon: ReactNode } {
  const { tone, icon: Icon } = STATES[state];
  return { tone, icon: <Icon size={size} aria-hidden /> };
}

/** The state of a plan; `pruning`: its pruning is paused until it is reviewed. */
export function StatePill({ state, pruning = false }: { state: PlanState; pruning?: boolean }) {
  if (state === 'paused' && pruning)
    return (
      <Pill tone="warn" icon={stateStyle(state, 14).icon}>
        Pruning paused
      </Pill>
    );
  return <Pill {...stateStyle(state, 14)}>{STATE_LABELS[state]}</Pill>;
}

/** The state of a plan as an icon, with a label for screen readers. */
export function StateIcon({ state }: { state: PlanState }) {
  const { tone, icon } = stateStyle(state, 14);
  const words = STATE_LABELS[state];
  return (
    <span className={`state-icon tone-${tone}`} role="img" aria-label={words} title={words}>
      {icon}
    </span>
  );
}

/** The verification of a snapshot. */
export function VerificationPill({
  verification,
  missing,
  incomplete,
  now,
}: {
  verification: VerificationSummary;
  missing: boolean;
  incomplete: string | null;
  now: number;
}) {
  if (missing)
    return (
      <Pill tone="bad" icon={<IconAlertTriangle size={14} aria-hidden />}>
        File missing
      </Pill>
    );
  if (verification.at === null)
    return (
      <Pill tone="idle" icon={<IconShieldQuestion size={14} aria-hidden />}>
        {STATE_LABELS.unverified}
      </Pill>
    );
  // The stored bytes are correct, but the content cannot be opened here, or needs repair.
  if (verification.valid === null)
    return (
      <Pill tone="warn" icon={<IconShieldQuestion size={14} aria-hidden />}>
        <span title={verification.message}>{STATE_LABELS.unverified}</span>
      </Pill>
    );
  if (!verification.valid)
    return (
      <Pill tone="bad" icon={<IconShieldX size={14} aria-hidden />}>
        Not valid
      </Pill>
    );
  if (incomplete !== null)
    return (
      <Pill tone="warn" icon={<IconAlertTriangle size={14} aria-hidden />}>
        <span title={incomplete}>{STATE_LABELS.incomplete}</span>
      </Pill>
    );
  if (verification.except !== null)
    return (
      <Pill tone="good" icon={<IconShieldCheck size={14} aria-hidden />}>
        <span title={`Verified, except ${verification.except}`}>Verified, except …</span>
      </Pill>
    );
  const words = verification.level === 'restored' ? 'Restored' : 'Verified';
  return (
    <Pill
      tone="good"
      icon={<IconShieldCheck size={14} aria-hidden />}
    >{`${words} ${agoInWords(verification.at, now)}`}</Pill>
  );
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
