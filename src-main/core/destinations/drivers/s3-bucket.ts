import { CreateBucketCommand, ListObjectsV2Command, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { S3Settings } from '../../../../src-shared/model/destination.ts';

/** The region whose buckets are created without naming it. */
const DEFAULT_REGION = 'us-east-1';

const isAnswer = (error: unknown, ...names: string[]): boolean =>
  error instanceof S3ServiceException && names.includes(error.name);

/** Whether a bucket exists. A list is asked for, because the answer to HEAD does not say why there is none. */
export async function bucketExists(client: S3Client, bucket: string): Promise<boolean> {
  try {
    await client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }));
    return true;
  } catch (error) {
    if (isAnswer(error, 'NoSuchBucket')) return false;
    throw error;
  }
}

/** Creates a bucket that only its account can use, with object locks where the destination sets them. */
export async function createBucket(
  client: S3Client,
  { bucket, endpoint, region, objectLock }: Pick<S3Settings, 'bucket' | 'endpoint' | 'region' | 'objectLock'>,
): Promise<void> {
  try {
    await client.send(
      new CreateBucketCommand({
        Bucket: bucket,
        // Other servers than Amazon's know their own regions, and most refuse any other name.
        ...(endpoint === null && region !== DEFAULT_REGION
          ? { CreateBucketConfiguration: { LocationConstraint: region as 'eu-central-1' } }
          : {}),
        ...(objectLock === null ? {} : { ObjectLockEnabledForBucket: true }),
      }),
    );
  } catch (error) {
    if (!isAnswer(error, 'BucketAlreadyOwnedByYou')) throw error;
  }
}
