// Files in one zip, as they are: what a browser can give away only one by one, the studio takes as a whole.
import { t } from "./dom.js";

const TABLE = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
const UTF8 = 0x0800;
const FIRST_DAY = 0x21; // 1 January 1980

function checksum(bytes) {
  let value = ~0;
  for (const byte of bytes) value = (value >>> 8) ^ TABLE[(value ^ byte) & 0xff];
  return ~value >>> 0;
}

// Numbers of the zip format: [bytes, value] each, least byte first.
function record(...fields) {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return view.buffer;
}

export async function zipOf(files, name) {
  const [parts, index] = [[], []];
  let offset = 0;
  for (const file of files) {
    const [bytes, title] = [new Uint8Array(await file.arrayBuffer()), new TextEncoder().encode(file.name)];
    const about = [[2, 20], [2, UTF8], [2, 0], [2, 0], [2, FIRST_DAY], [4, checksum(bytes)], [4, bytes.length], [4, bytes.length], [2, title.length], [2, 0]];
    const head = record([4, 0x04034b50], ...about);
    index.push(record([4, 0x02014b50], [2, 20], ...about, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]), title);
    parts.push(head, title, bytes);
    offset += head.byteLength + title.length + bytes.length;
  }
  const size = index.reduce((sum, part) => sum + part.byteLength, 0);
  const end = record([4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, size], [4, offset], [2, 0]);
  return new File([...parts, ...index, end], name);
}

// OpenPose's JSON, one file a frame, goes as a zip.
export async function packed(files) {
  if (files.length === 1) return files[0];
  if (files.every((file) => /\.json$/i.test(file.name))) return zipOf(files, files[0].name.replace(/\.json$/i, ".zip"));
  throw Object.assign(new Error(t("live.motion.several-files")), { status: 400, hint: t("live.motion.several-files.hint") });
}
