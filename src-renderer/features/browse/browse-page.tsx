import { useEffect } from 'react';
import { Redirect } from 'wouter';
import { discardUpload } from '../../api/uploads.ts';
import { Page } from '../../components/layout/page.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { useParameters } from '../../hooks/address.ts';
import { useInfo } from '../../stores/core.ts';
import { pointOf } from '../history/point-address.ts';
import { replicaName, replicaOf } from '../history/replica-address.ts';
import { BrowseView } from './browse-view.tsx';
import './browse.css';

/** What a file, or a point of a replica of Litestream, contains that belongs to no plan. */
export function BrowsePage() {
  const parameters = useParameters();
  const replica = replicaOf(parameters);
  const txid = pointOf(parameters.get('at') ?? '');
  const path = parameters.get('path') ?? '';
  const entry = parameters.get('entry') ?? '';
  // That of a file that was sent to a server says nothing.
  const isPathShown = useInfo()?.capabilities.nativeDialogs ?? false;
  useEffect(() => (path === '' ? undefined : () => discardUpload(path)), [path]);
  if (replica !== null && txid !== null) {
    return (
      <Page title={`${replicaName(replica) ?? 'Litestream replica'}, point ${txid}`} wide>
        <div className="browse-tab">
          <BrowseView key={txid} source={{ replica, txid }} />
        </div>
      </Page>
    );
  }
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
