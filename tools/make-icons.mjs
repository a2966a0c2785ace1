// Draws every icon of the packages and the tray from the SVGs in assets. Run it after one of them has changed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from '@playwright/test';
import { findBrowser } from './find-browser.mjs';

const assets = resolve(import.meta.dirname, '../assets');
const LINUX_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];
const WINDOWS_SIZES = [16, 24, 32, 48, 64, 128, 256];
const WINDOWS_TRAY_SIZES = [16, 20, 24, 32, 48];
/** The types of an icns file that hold PNG, and their sizes in pixels. */
const MACOS_TYPES = /** @type {const} */ ([
  ['icp4', 16],
  ['icp5', 32],
  ['ic11', 32],
  ['icp6', 64],
  ['ic12', 64],
  ['ic07', 128],
  ['ic08', 256],
  ['ic13', 256],
  ['ic09', 512],
  ['ic14', 512],
  ['ic10', 1024],
]);

const executablePath = findBrowser();
if (executablePath === undefined) throw new Error('Icons are drawn by Chromium, Chrome or Edge; install one of them.');
const browser = await chromium.launch({
  executablePath,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
const page = await browser.newPage();
try {
  await drawAppIcons();
  for (const state of ['ok', 'running', 'attention']) await drawTrayIcons(state);
} finally {
  await browser.close();
}

async function drawAppIcons() {
  const svg = readFileSync(join(assets, 'icon.svg'), 'utf8');
  writeFileSync(join(assets, 'icon.png'), await draw(svg, 1024));
  mkdirSync(join(assets, 'icons'), { recursive: true });
  for (const size of LINUX_SIZES) writeFileSync(join(assets, 'icons', `${size}x${size}.png`), await draw(svg, size));
  writeFileSync(join(assets, 'icon.ico'), await drawIco(svg, WINDOWS_SIZES));
  // macOS expects a margin: 824 of 1024 pixels are the icon's own.
  writeFileSync(join(assets, 'icon.icns'), await drawIcns(svg, 824 / 1024));
}

/** @param {string} state one of the tray's three */
async function drawTrayIcons(state) {
  const svg = readFileSync(join(assets, 'tray', `${state}.svg`), 'utf8');
  // macOS colours a template image itself and looks only at what is opaque.
  const black = svg.replace(/#[0-9a-f]{6}\b/g, '#000000');
  /** @type {Array<[string, string, number]>} */
  const pngs = [
    [`${state}.png`, svg, 22],
    [`${state}@2x.png`, svg, 44],
    [`${state}Template.png`, black, 16],
    [`${state}Template@2x.png`, black, 32],
  ];
  for (const [name, source, size] of pngs) writeFileSync(join(assets, 'tray', name), await draw(source, size));
  writeFileSync(join(assets, 'tray', `${state}.ico`), await drawIco(svg, WINDOWS_TRAY_SIZES));
}

/**
 * @param {string} svg
 * @param {number} size in pixels
 * @param {number} [share] of the square that the drawing fills
 * @returns {Promise<Buffer>} a PNG
 */
async function draw(svg, size, share = 1) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>body{margin:0;width:${size}px;height:${size}px;display:grid;place-content:center}
    svg{display:block;width:${size * share}px;height:${size * share}px}</style>${svg}`,
  );
  return page.screenshot({ omitBackground: true, clip: { x: 0, y: 0, width: size, height: size } });
}

/**
 * @param {string} svg
 * @param {readonly number[]} sizes
 * @returns {Promise<Buffer>} a Windows icon: bitmaps, which every reader of the format knows, and a PNG where it is 256
 */
async function drawIco(svg, sizes) {
  const head = Buffer.alloc(6 + 16 * sizes.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(sizes.length, 4);
  /** @type {Buffer[]} */
  const parts = [head];
  let offset = head.length;
  for (const [index, size] of sizes.entries()) {
    const png = await draw(svg, size);
    const image = size < 256 ? await toBitmap(png, size) : png;
    const entry = 6 + 16 * index;
    // 256 is written as 0.
    head.writeUInt8(size % 256, entry);
    head.writeUInt8(size % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(image.length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += image.length;
    parts.push(image);
  }
  return Buffer.concat(parts);
}

/**
 * @param {Buffer} png
 * @param {number} size
 * @returns {Promise<Buffer>} the same as a bitmap of an icon: rows from the bottom up, then an empty mask
 */
async function toBitmap(png, size) {
  const rgba = await page.evaluate(
    async (url) => {
      const bitmap = await createImageBitmap(await (await fetch(url)).blob());
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      context?.drawImage(bitmap, 0, 0);
      return [...(context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? [])];
    },
    `data:image/png;base64,${png.toString('base64')}`,
  );
  const head = Buffer.alloc(40);
  head.writeUInt32LE(head.length, 0);
  head.writeInt32LE(size, 4);
  // The height counts the mask too.
  head.writeInt32LE(size * 2, 8);
  head.writeUInt16LE(1, 12);
  head.writeUInt16LE(32, 14);
  const pixels = Buffer.alloc(size * size * 4);
  for (let at = 0; at < pixels.length; at += 4) {
    const row = Math.floor(at / (size * 4));
    const [red = 0, green = 0, blue = 0, alpha = 0] = rgba.slice(at, at + 4);
    pixels.set([blue, green, red, alpha], (size - 1 - row) * size * 4 + (at % (size * 4)));
  }
  const maskRow = Math.ceil(size / 32) * 4;
  return Buffer.concat([head, pixels, Buffer.alloc(maskRow * size)]);
}

/**
 * @param {string} svg
 * @param {number} share
 * @returns {Promise<Buffer>} a macOS icon
 */
async function drawIcns(svg, share) {
  const parts = [];
  for (const [type, size] of MACOS_TYPES) {
    const png = await draw(svg, size, share);
    parts.push(Buffer.from(type, 'latin1'), uint32(png.length + 8), png);
  }
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from('icns', 'latin1'), uint32(body.length + 8), body]);
}

/** @param {number} value */
function uint32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
