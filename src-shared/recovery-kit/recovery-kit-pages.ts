/** A piece of the kit. `blank` is a line to write on manually. */
export type KitBlock =
  | { kind: 'text'; text: string }
  | { kind: 'facts'; facts: [string, string][] }
  | { kind: 'commands'; lines: string[] }
  | { kind: 'blank'; label: string };

/** A part of the kit with its heading; `level` 1 begins a plan. */
export interface KitSection {
  level: 1 | 2;
  title: string;
  blocks: KitBlock[];
}

/** The whole kit before it is written as text or as a page. */
export interface KitDocument {
  title: string;
  sections: KitSection[];
}

/** A paragraph of the kit. */
export const text = (words: string): KitBlock => ({ kind: 'text', text: words });
/** Commands of the kit, one a line. */
export const commands = (...lines: string[]): KitBlock => ({ kind: 'commands', lines });
/** A line of the kit to write on. */
export const blank = (label: string): KitBlock => ({ kind: 'blank', label });

const WIDTH = 96;
const WRITING_LINE = '_'.repeat(64);

/** The kit as text, 96 characters wide but for commands. @param preface when it was made, and by what */
export function kitText({ title, sections }: KitDocument, preface: string): string {
  const parts = [`${title}\n${'='.repeat(title.length)}`, wrap(preface)];
  for (const { level, title: heading, blocks } of sections) {
    parts.push(level === 1 ? `\n${heading}\n${'-'.repeat(heading.length)}` : `* ${heading}`);
    for (const block of blocks) parts.push(blockText(block));
  }
  return `${parts.join('\n\n')}\n`;
}

function blockText(block: KitBlock): string {
  switch (block.kind) {
    case 'text':
      return wrap(block.text);
    case 'facts':
      return block.facts.map(([name, value]) => `${name}: ${value}`).join('\n');
    case 'commands':
      return ['```', ...block.lines, '```'].join('\n');
    case 'blank':
      return `${block.label}:\n\n${WRITING_LINE}`;
  }
}

function wrap(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}

const STYLE = `
:root { color-scheme: light; }
body { font: 11pt/1.5 system-ui, sans-serif; color: #111; background: #fff; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; border-bottom: 1px solid #999; } h3 { font-size: 1rem; margin: 1.25rem 0 0.25rem; }
pre { font: 9pt/1.45 ui-monospace, monospace; background: #f3f3f3; border: 1px solid #ccc; padding: 0.6rem; white-space: pre-wrap; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem; margin: 0.5rem 0; } dt { color: #444; } dd { margin: 0; overflow-wrap: anywhere; }
.blank { margin: 0.75rem 0 1rem; } .blank span { display: block; height: 2.2rem; border-bottom: 1px solid #111; }
@media print {
  @page { margin: 18mm; }
  body { margin: 0; max-width: none; padding: 0; font-size: 10pt; }
  h2 { break-before: page; } h2.first { break-before: auto; } h2, h3 { break-after: avoid; } pre, .blank, dl { break-inside: avoid; }
}`;

/** The kit as a page that needs nothing from anywhere: no script, no picture, no font. */
export function kitPage({ title, sections }: KitDocument, preface: string): string {
  const body = sections.flatMap(({ level, title: heading, blocks }, index) => [
    level === 1
      ? `<h2${index === 0 ? ' class="first"' : ''}>${asMarkup(heading)}</h2>`
      : `<h3>${asMarkup(heading)}</h3>`,
    ...blocks.map(blockPage),
  ]);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${asMarkup(title)}</title>`,
    `<style>${STYLE}\n</style>`,
    '</head>',
    '<body>',
    `<h1>${asMarkup(title)}</h1>`,
    `<p>${asMarkup(preface)}</p>`,
    ...body,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function blockPage(block: KitBlock): string {
  switch (block.kind) {
    case 'text':
      return `<p>${asMarkup(block.text)}</p>`;
    case 'facts':
      return `<dl>${block.facts.map(([name, value]) => `<dt>${asMarkup(name)}</dt><dd>${asMarkup(value)}</dd>`).join('')}</dl>`;
    case 'commands':
      return `<pre>${asMarkup(block.lines.join('\n'))}</pre>`;
    case 'blank':
      return `<div class="blank">${asMarkup(block.label)}:<span></span></div>`;
  }
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function asMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}
