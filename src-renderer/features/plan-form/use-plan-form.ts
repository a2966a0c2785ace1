import { type UseFormReturnType, useForm } from '@mantine/form';
import { useState } from 'react';
import { type PlanForm, planErrors } from './plan-form.ts';

export type PlanFormApi = UseFormReturnType<PlanForm>;

/** The form of a plan. Errors are shown while it is typed. */
export function usePlanForm(initialValues: () => PlanForm): PlanFormApi {
  const form: PlanFormApi = useForm({
    initialValues: useState(initialValues)[0],
    clearInputErrorOnChange: false,
    onValuesChange: (values) => form.setErrors(planErrors(values)),
  });
  return form;
}
