import { useEffect, useState } from 'react';
import type { ValuePart } from '../../../src-shared/model/rows/browse.ts';
import { Pending } from '../../components/messages/pending.tsx';
import { useAnswer } from '../../stores/core.ts';
import { FIRST_PART, type ValuePlace } from './value-place.ts';

interface WholeImageProps {
  place: ValuePlace;
  /** Its first part, of `FIRST_PART` bytes where others follow. */
  first: ValuePart;
  type: string;
  /** The column or file it is in. */
  name: string;
}

/** Reads the other parts of an image, one after another, and shows it. */
export function WholeImage({ place, first, type, name }: WholeImageProps) {
  const [parts, setParts] = useState([first.part]);
  const offset = parts.length * FIRST_PART;
  const isWhole = offset >= first.bytes;
  const answer = useAnswer<ValuePlace['method']>(
    place.method,
    isWhole ? null : { ...place.params, offset, length: FIRST_PART },
  );
  const { value } = answer;
  useEffect(() => {
    if (value !== null) setParts((before) => [...before, value.part]);
  }, [value]);
  if (!isWhole) return <Pending answer={answer} label="Loading image" />;
  return <img className="value-image" alt={`Content of ${name}`} src={`data:${type};base64,${parts.join('')}`} />;
}
