import { Component, type ReactNode } from 'react';
import type { ErrorBody } from '../../../src-shared/contract/errors.ts';
import { errorBody } from '../../api/error-body.ts';
import { ErrorNotice } from './errors.tsx';

/** Shows the error of a page instead of the page, so that the rest of the window keeps working. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: ErrorBody | null }> {
  override state: { error: ErrorBody | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: ErrorBody } {
    return { error: errorBody(error) };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <div className="page">
        <ErrorNotice error={this.state.error} />
      </div>
    );
  }
}
