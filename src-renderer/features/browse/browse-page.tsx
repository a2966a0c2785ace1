import { useEffect } from 'react';
import { Redirect } from 'wouter';
import { discardUpload } from '../../api/uploads.ts';
import { Page } from '../../components/layout/page.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { useParameters } from '../../hooks/address.ts';
import { useInfo } from '../../stores/core.ts';
import { BrowseView } from './browse-view.tsx';
import './browse.css';

/** What a file contains that belongs to no plan. */
export function BrowsePage() {
  const parameters = useParameters();
  const path = parameters.get('path') ?? '';
  const entry = parameters.get('entry') ?? '';
  // That of a file that was sent to a server says nothing.
  const isPathShown = useInfo()?.capabilities.nativeDialogs ?? false;
  useEffect(() => (path === '' ? undefined : () => discardUpload(path)), [path]);
  if (path === '') return <Redirect to="/" />;
  return (
    <Page title={path.replace(/^.*[\\/]/, '')} wide>
      {isPathShown && <PathText path={path} />}
      <div className="browse-tab">
        <BrowseView key={path} source={entry === '' ? { path } : { path, entry }} />
      </div>
    </Page>
  );
}
