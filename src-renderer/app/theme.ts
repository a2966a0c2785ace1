import { createTheme, type MantineColorsTuple } from '@mantine/core';

const brand: MantineColorsTuple = [
  '#edf3ff',
  '#dbe6fe',
  '#b9cffc',
  '#93b4fa',
  '#6f9ef8',
  '#4b82f3',
  '#2f6fed',
  '#1f5bd8',
  '#194ab0',
  '#153c8d',
];

/** The look of the window: the system's fonts, one blue, quiet corners. */
export const theme = createTheme({
  primaryColor: 'brand',
  primaryShade: { light: 6, dark: 7 },
  colors: { brand },
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace',
  headings: { sizes: { h1: { fontSize: '1.4rem' }, h2: { fontSize: '1.1rem' }, h3: { fontSize: '1rem' } } },
  respectReducedMotion: true,
});
