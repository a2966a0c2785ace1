import { useParameter } from '../../hooks/address.ts';

/** The sections of a long form, each a link to it. */
export function SectionIndex({ sections }: { sections: readonly string[] }) {
  const [current, show] = useParameter('section');
  return (
    <nav className="section-index" aria-label="Sections">
      {sections.map((section) => (
        <button
          key={section}
          type="button"
          {...(section === current ? { 'aria-current': 'location' as const } : {})}
          onClick={() => {
            show(section);
            // Also when its address is shown already.
            document.querySelector(`[data-section="${CSS.escape(section)}"]`)?.scrollIntoView({ block: 'start' });
          }}
        >
          {section}
        </button>
      ))}
    </nav>
  );
}
