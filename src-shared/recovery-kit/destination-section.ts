import type { DestinationSettings } from '../model/destination.ts';
import { exampleName, type KitDestination, type KitPlan } from './kit-plan.ts';
import { fetchCommands } from './recovery-commands.ts';
import { fetchFilesBlocks } from './recovery-files.ts';
import { blank, commands, type KitBlock, type KitSection, text } from './recovery-kit-pages.ts';

/** How a snapshot of a plan is fetched from a destination. */
export function destinationSection(plan: KitPlan, { name, label, settings }: KitDestination): KitSection {
  const { list, fetch } = fetchCommands(settings);
  return {
    level: 2,
    title: `Fetch a snapshot from ${name}`,
    blocks: [
      { kind: 'facts', facts: [['Destination', label], ...destinationFacts(settings)] },
      ...destinationBlanks(settings),
      text('List the snapshots:'),
      commands(...list),
      text('Replace the example with the name of the snapshot you want, and fetch it and its manifest:'),
      commands(`SNAPSHOT='${exampleName(plan)}'`, ...fetch),
      ...(plan.attachedFiles.length === 0 ? [] : fetchFilesBlocks(settings)),
    ],
  };
}

function destinationFacts(settings: DestinationSettings): [string, string][] {
  switch (settings.kind) {
    case 'folder':
      return [['Folder', settings.path]];
    case 's3':
      return [
        ['Endpoint', settings.endpoint ?? 'AWS default'],
        ['Region', settings.region],
        ['Bucket', settings.bucket],
        ['Prefix', settings.prefix === '' ? 'none' : `${settings.prefix}/`],
      ];
    case 'sftp':
      return [
        ['Host', `${settings.host}, port ${settings.port}`],
        ['Host key', settings.hostKey ?? 'not checked yet'],
        ['User', settings.user],
        ['Folder', settings.path],
        ['Login', loginInWords(settings.login)],
      ];
  }
}

function loginInWords(login: Extract<DestinationSettings, { kind: 'sftp' }>['login']): string {
  switch (login.kind) {
    case 'password':
      return 'with a password';
    case 'key':
      return `with the private key in ${login.path}: keep a copy of that file`;
    case 'agent':
      return 'with a key of the SSH agent: keep a copy of its file';
  }
}

function destinationBlanks(settings: DestinationSettings): KitBlock[] {
  switch (settings.kind) {
    case 'folder':
      return [];
    case 's3':
      return settings.credentials === 'chain'
        ? [text('The keys come from the profiles, environment or role of this machine; aws finds them there too.')]
        : [
            text('Set the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or with “aws configure”.'),
            blank('Access key id'),
            blank('Secret access key'),
          ];
    case 'sftp':
      if (settings.login.kind === 'agent') return [];
      return [blank(settings.login.kind === 'password' ? 'Password of the login' : 'Passphrase of the private key')];
  }
}
