import { join } from 'node:path';
import type { ServiceFacts, ServicePlan } from './service-manager.ts';

const LABEL = 'app.snapkeep.service';

/** A LaunchAgent, which runs while its user is logged in. */
export function serviceManager({ command, dataFolder, home, uid }: ServiceFacts): ServicePlan {
  const file = join(home, 'Library/LaunchAgents', `${LABEL}.plist`);
  return {
    file,
    text: `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
  <dict>
    <key>Label</key>
    <string>${LABEL}</string>
    <key>ProgramArguments</key>
    <array>
${command.map((word) => `      <string>${escapeXml(word)}</string>`).join('\n')}
    </array>
    <key>EnvironmentVariables</key>
    <dict>
      <key>SNAPKEEP_HOME</key>
      <string>${escapeXml(dataFolder)}</string>
    </dict>
    <key>RunAtLoad</key>
    <true/>
    <key>KeepAlive</key>
    <dict>
      <key>SuccessfulExit</key>
      <false/>
    </dict>
    <key>ProcessType</key>
    <string>Background</string>
  </dict>
</plist>
`,
    install: [['launchctl', 'bootstrap', `gui/${uid}`, file]],
    uninstall: [['launchctl', 'bootout', `gui/${uid}/${LABEL}`]],
    afterwards: [],
    status: ['launchctl', 'print', `gui/${uid}/${LABEL}`],
    lingers: null,
  };
}

/** Text within an element. */
const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
