import { Link } from 'wouter';
import { tagAddress } from './list-plans.ts';

/** Tags that lead to the databases which have them. @param most so many are shown, and how many more there are */
export function TagLinks({ tags, most = tags.length }: { tags: readonly string[]; most?: number }) {
  if (tags.length === 0) return null;
  const more = tags.slice(most);
  return (
    <span className="tag-links">
      {tags.slice(0, most).map((tag) => (
        <Link key={tag} to={tagAddress(tag)} className="tag-link" aria-label={`Tag: ${tag}`} title={tag}>
          <bdi>{tag}</bdi>
        </Link>
      ))}
      {more.length > 0 && (
        <span className="tag-more" title={more.join(', ')}>
          +{more.length}
        </span>
      )}
    </span>
  );
}
