import { createTheme, type MantineColorsTuple, Modal } from '@mantine/core';

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

/** The greys of the dark theme, tinted with its blue background. */
const dark: MantineColorsTuple = [
  '#dfe3e8',
  '#c2c8d0',
  '#a2aab6',
  '#7c8694',
  '#414a56',
  '#313842',
  '#22272f',
  '#1c2026',
  '#171a20',
  '#121519',
];

/** The theme of the window. */
export const theme = createTheme({
  primaryColor: 'brand',
  primaryShade: { light: 6, dark: 7 },
  colors: { brand, dark },
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace',
  headings: { sizes: { h1: { fontSize: '1.4rem' }, h2: { fontSize: '1.1rem' }, h3: { fontSize: '1rem' } } },
  respectReducedMotion: true,
  components: { Modal: Modal.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }) },
});
