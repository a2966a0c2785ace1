import { Text, type TextProps } from '@mantine/core';

/** A path that keeps its end readable when there is no room for all of it; whole in the tooltip, and when copied. */
export function PathText({ path, ...rest }: { path: string } & TextProps) {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return (
    <Text component="span" className="path" title={path} {...rest}>
      <span className="path-start">{path.slice(0, cut + 1)}</span>
      <span className="path-end">{path.slice(cut + 1)}</span>
    </Text>
  );
}
