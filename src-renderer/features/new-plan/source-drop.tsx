import { Text } from '@mantine/core';
import { type DragEvent, type ReactNode, useState } from 'react';
import '../plans/plans.css';
import { useInfo } from '../../stores/core.ts';

/** Accepts a dropped database, if the host knows the paths of dropped files. */
export function SourceDrop({ onPath, children }: { onPath(path: string): void; children: ReactNode }) {
  const knowsPaths = useInfo()?.capabilities.droppedPaths ?? false;
  const [over, setOver] = useState(false);
  if (!knowsPaths) return <div className="drop-zone">{children}</div>;
  const take = (event: DragEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    setOver(event.type === 'dragover');
    const file = event.type === 'drop' ? event.dataTransfer.files[0] : undefined;
    if (file !== undefined) onPath(window.snapkeepBridge?.pathForFile(file) ?? '');
  };
  return (
    <section
      className="drop-zone"
      data-over={over}
      data-drop-source
      onDragOver={take}
      onDragLeave={() => setOver(false)}
      onDrop={take}
      aria-label="Database drop area"
    >
      {children}
      <Text size="xs" c="dimmed">
        You can also drop the database file here.
      </Text>
    </section>
  );
}
