import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { SecretName } from '../../../src-shared/model/settings.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';

/** Takes secrets in, and says which are known; none is ever told. */
export function secretsHandlers({ secrets }: CoreContext): Handlers<MethodsOf<'secrets'>> {
  return {
    'secrets.list': () => ({ ...secrets.protection(), secrets: secrets.states() }),
    'secrets.useKeychain': ({ use }) => {
      secrets.useKeychain(use);
      return { ...secrets.protection(), secrets: secrets.states() };
    },
    'secrets.set': ({ name, value }) => {
      if (value !== null) requireUsable(name, value);
      secrets.set(name, value);
      return { name, known: value !== null };
    },
  };
}

function requireUsable(name: SecretName, value: string): void {
  if (name === 'mail-password') return;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return;
  throw new SnapkeepError('INVALID_PARAMS', 'Not a web address.', {
    hint: 'Enter an address that starts with https:// or http://.',
  });
}
