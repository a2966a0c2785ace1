import { Fragment, type ReactNode } from 'react';

/** A name and its value; `false`: it is not shown. */
export type Fact = readonly [name: string, value: ReactNode] | false;

/** Facts in two columns: names and values. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="described">
      {facts.map(
        (fact) =>
          fact !== false && (
            <Fragment key={fact[0]}>
              <dt>{fact[0]}</dt>
              <dd>{fact[1]}</dd>
            </Fragment>
          ),
      )}
    </dl>
  );
}
