import { type UseFormReturnType, useForm } from '@mantine/form';
import { useState } from 'react';
import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import { type DestinationDraft, draftOf, messagesOf } from './destination-draft.ts';

export type DestinationFormApi = UseFormReturnType<DestinationDraft>;

/**
 * The form of a destination.
 * @param tried whether it was to be saved already
 */
export function useDestinationForm(summary: DestinationSummary | null, tried: boolean): DestinationFormApi {
  const form: DestinationFormApi = useForm({
    initialValues: useState(() => draftOf(summary))[0],
    clearInputErrorOnChange: false,
    onValuesChange: (values) => form.setErrors(messagesOf(values, tried)),
  });
  return form;
}
