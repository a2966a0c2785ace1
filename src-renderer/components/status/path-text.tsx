import { Text, type TextProps } from '@mantine/core';

/** A path that is shortened at its beginning; its tooltip and its copy are complete. */
export function PathText({ path, ...rest }: { path: string } & TextProps) {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return (
    <Text component="span" className="path" title={path} {...rest}>
      <span className="path-start">{path.slice(0, cut + 1)}</span>
      <span className="path-end">{path.slice(cut + 1)}</span>
    </Text>
  );
}
