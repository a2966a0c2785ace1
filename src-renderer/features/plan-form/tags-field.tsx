import { TagsInput } from '@mantine/core';
import { MAX_TAG_LENGTH, MAX_TAGS, normalTag, normalTags } from '../../../src-shared/model/tags.ts';
import { useAnswer } from '../../stores/core.ts';
import { tagsOf } from '../databases/list-plans.ts';

interface TagsFieldProps {
  label: string;
  value: string[];
  onChange(tags: string[]): void;
}

/** Tags as they are typed, each an existing or a new one; they are shown as they are stored. */
export function TagsField({ label, value, onChange }: TagsFieldProps) {
  const plans = useAnswer('plans.list', {});
  return (
    <TagsInput
      label={label}
      description={`Words to find plans by, at most ${MAX_TAGS}. Enter ends each.`}
      placeholder={value.length === 0 ? 'None' : ''}
      data={tagsOf(plans.value ?? [])}
      value={value}
      onChange={(tags) => onChange(normalTags(tags))}
      isDuplicate={(tag, current) => current.includes(normalTag(tag))}
      maxTags={MAX_TAGS}
      maxLength={MAX_TAG_LENGTH}
      acceptValueOnBlur
    />
  );
}
