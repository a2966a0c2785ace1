import type { MethodsOf, Result } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { setSecret } from './secrets-of-settings.ts';

/** Takes secrets in, and says which are known; never what they are. */
export function secretsHandlers({ secrets }: CoreContext): Handlers<MethodsOf<'secrets'>> {
  const list = (): Result<'secrets.list'> => ({ ...secrets.protection(), secrets: secrets.states() });
  return {
    'secrets.list': list,
    'secrets.useKeychain': ({ use }) => {
      secrets.useKeychain(use);
      return list();
    },
    'secrets.set': ({ name, value }) => setSecret(secrets, name, value),
  };
}
