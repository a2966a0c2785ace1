import { win32 } from 'node:path';
import type { ServiceFacts, ServicePlan } from './service-manager.ts';

const TASK = 'Snapkeep service';

/** A scheduled task that starts when its user logs on. */
export function serviceManager({ command, dataFolder }: ServiceFacts): ServicePlan {
  const [program = '', ...args] = command;
  const file = win32.join(dataFolder, 'service-task.xml');
  // A task has no variables of its own: the shell sets the one that is needed.
  const line = `/d /c "set "SNAPKEEP_HOME=${dataFolder}" && "${program}" ${args.map((word) => `"${word}"`).join(' ')}"`;
  return {
    file,
    text: `<?xml version="1.0" encoding="UTF-8"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Snapkeep, which backs up SQLite databases.</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
    </LogonTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>999</Count>
    </RestartOnFailure>
  </Settings>
  <Actions>
    <Exec>
      <Command>cmd.exe</Command>
      <Arguments>${escapeXml(line)}</Arguments>
    </Exec>
  </Actions>
</Task>
`,
    install: [
      ['schtasks', '/Create', '/F', '/TN', TASK, '/XML', file],
      ['schtasks', '/Run', '/TN', TASK],
    ],
    uninstall: [
      ['schtasks', '/End', '/TN', TASK],
      ['schtasks', '/Delete', '/F', '/TN', TASK],
    ],
    afterwards: [],
    status: ['schtasks', '/Query', '/TN', TASK],
    lingers: null,
  };
}

/** Text within an element. */
const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
