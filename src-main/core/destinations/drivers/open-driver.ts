import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { DestinationSettings } from '../../../../src-shared/model/destination.ts';
import type { Destination } from './destination.ts';
import { LocalFolder } from './local-folder.ts';
import type { S3Keys } from './s3.ts';
import type { SftpSecrets } from './sftp-connection.ts';
import { Throttle } from './throttle.ts';

/** What is kept in the store of secrets for a destination. */
export interface DestinationSecrets {
  readonly s3?: S3Keys;
  readonly sftp?: SftpSecrets;
}

/**
 * Opens the driver of a destination; the libraries for S3 and SFTP are loaded with the first of theirs. Nothing is asked of it before it is used; whoever opens it closes it.
 * @param throttle shared by all that transfer to or from this destination
 * @throws SnapkeepError `BAD_KEY` when its keys should be stored and are not
 */
export async function openDriver(
  settings: DestinationSettings,
  secrets: DestinationSecrets,
  throttle = new Throttle(settings.bytesPerSecond),
): Promise<Destination> {
  switch (settings.kind) {
    case 'folder':
      return new LocalFolder(settings, throttle);
    case 's3': {
      const { S3Destination } = await import('./s3.ts');
      if (settings.credentials === 'chain') return new S3Destination(settings, undefined, { throttle });
      if (secrets.s3 !== undefined) return new S3Destination(settings, secrets.s3, { throttle });
      // Those of the environment must not be used instead.
      throw new SnapkeepError('BAD_KEY', `No keys are stored for the bucket ${settings.bucket}.`, {
        hint: 'Enter the access key and the secret key.',
      });
    }
    case 'sftp': {
      const { SftpDestination } = await import('./sftp.ts');
      return new SftpDestination(settings, secrets.sftp ?? {}, throttle);
    }
  }
}
