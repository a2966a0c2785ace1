import { describe, expect, test } from 'vitest';
import { explainError, isOfSource, noSpace, ofSource } from '../../src-main/core/engine/engine-errors.ts';
import { isTimeToRetry, RETRY_LATER, withRetries } from '../../src-main/core/process/retry.ts';
import { ErrorCode, SnapkeepError } from '../../src-shared/contract/errors.ts';
import { classifyFailure } from '../../src-shared/rules/failures.ts';

describe('the classification', () => {
  test('has every code in one class, and what is unavailable is what may be tried again', () => {
    const byClass = Object.groupBy(ErrorCode.options, classifyFailure);
    expect(byClass).toEqual({
      unavailable: ['BUSY', 'LOCKED', 'NO_SPACE', 'UNAVAILABLE'],
      bad: ['CONFLICT', 'CORRUPT', 'TOO_NEW'],
      failed: [
        'INVALID_PARAMS',
        'NOT_FOUND',
        'CANCELLED',
        'TIMED_OUT',
        'BAD_KEY',
        'PERMISSION',
        'UNSUPPORTED',
        'INTERNAL',
      ],
    } satisfies Record<string, ErrorCode[]>);
    for (const code of ErrorCode.options)
      expect(new SnapkeepError(code, 'It did.').toBody().retryable).toBe(classifyFailure(code) === 'unavailable');
  });

  test.each([
    ['unavailable', 'EIO ESTALE ENODEV ENXIO EREMOTEIO ENOLINK ENOTCONN ENONET EHOSTDOWN EHOSTUNREACH ENETUNREACH'],
    ['unavailable', 'ENETDOWN ECONNRESET ECONNABORTED ECONNREFUSED EPIPE ETIMEDOUT ENOSPC EDQUOT'],
    ['unavailable', 'EBUSY ETXTBSY EAGAIN EMFILE ENFILE ENOMEM'],
    ['unavailable', 'SQLITE_BUSY SQLITE_LOCKED SQLITE_IOERR SQLITE_IOERR_READ SQLITE_FULL'],
    ['bad', 'EEXIST ENOTEMPTY SQLITE_CORRUPT'],
    ['failed', 'ENOENT ENOTDIR EACCES EPERM EROFS EISDIR ENAMETOOLONG EINVAL ELOOP EFBIG ENOSYS'],
    ['failed', 'SQLITE_NOTADB SQLITE_READONLY SQLITE_CANTOPEN SQLITE_ERROR'],
  ] as const)('%s: %s', (failure, codes) => {
    for (const code of codes.split(' ')) {
      const error = explainError(Object.assign(new Error(`${code}: it failed`), { code }), '/mnt/nas/app.db');
      expect([code, classifyFailure(error.code)]).toEqual([code, failure]);
      expect(error.message).toContain('/mnt/nas/app.db');
      expect(error.hint).toMatch(/\.$/);
    }
  });

  test('a full disk is named as one, also where SQLite has no room for the index of a WAL', () => {
    for (const code of ['ENOSPC', 'EDQUOT', 'SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE'])
      expect(explainError(Object.assign(new Error('it failed'), { code }), '/data/app.db').code).toBe('NO_SPACE');
  });

  test('an error of the source stays one across the channel of a worker, and others are none', () => {
    const error = ofSource(noSpace('app.db'));
    expect(isOfSource(SnapkeepError.fromBody(error.toBody()))).toBe(true);
    expect(error).toMatchObject({ code: 'NO_SPACE', message: noSpace('app.db').message, hint: expect.any(String) });
    expect(isOfSource(noSpace('app.db'))).toBe(false);
  });
});

describe('the retry policy', () => {
  test('later: pauses from a minute to an hour', () => {
    const minutes = [1, 2, 3, 4, 5, 6, 7, 8, 1000].map((failures) => RETRY_LATER.pauseAfter(failures) / 60_000);
    expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  test('an instant beyond the longest pause was set by a clock that was wrong', () => {
    expect([-1, 0, 1, 3_600_000, 3_600_001].map((ahead) => isTimeToRetry(5 + ahead, 5))).toEqual([
      true,
      true,
      false,
      false,
      true,
    ]);
  });

  test('soon: so often and no more, and only what may be gone the next time', async () => {
    const paused: number[] = [];
    const pause = async (milliseconds: number) => void paused.push(milliseconds);
    let done = 0;
    const failing = (isWorthwhile: boolean) =>
      withRetries(
        async () => {
          done += 1;
          throw new Error(`try ${done}`);
        },
        { retries: 3, isWorthwhile: () => isWorthwhile, pause },
      );
    await expect(failing(true)).rejects.toThrow('try 4');
    expect(paused).toEqual([500, 1000, 2000]);
    done = 0;
    await expect(failing(false)).rejects.toThrow('try 1');
    expect(paused).toHaveLength(3);
  });

  test('a pause ends when the run is cancelled', async () => {
    const cancel = new AbortController();
    const tried = withRetries(
      async () => {
        setImmediate(() => cancel.abort());
        throw new Error('away');
      },
      { retries: 3, isWorthwhile: () => true, signal: cancel.signal },
    );
    await expect(tried).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
