// The film that a motion was found in, behind its skeleton: small stills of it, in one picture.
const LIGHT = 0.55; // the skeleton stays the brightest
const sheets = new Map(); // a motion -> the picture of its stills, once it has come

export class Stills {
  // `stills`: {count, columns, seconds}, or null where there are none. `redraw()` is called once they have come.
  constructor(motion, stills, redraw) {
    Object.assign(this, { stills, sheet: null });
    if (stills) sheetOf(motion).then((sheet) => ((this.sheet = sheet), sheet && redraw()));
  }

  // The still of that time, whole, between bars where the canvas has another shape.
  draw(pen, seconds) {
    if (!this.sheet) return;
    const { count, columns, seconds: whole } = this.stills;
    const index = Math.min(count - 1, Math.max(0, Math.floor((seconds / whole) * count)));
    const [wide, high] = [this.sheet.naturalWidth / columns, this.sheet.naturalHeight / Math.ceil(count / columns)];
    const { width, height } = pen.canvas;
    const scale = Math.min(width / wide, height / high);
    const [left, top] = [(index % columns) * wide, Math.floor(index / columns) * high];
    pen.globalAlpha = LIGHT;
    pen.drawImage(this.sheet, left, top, wide, high, (width - wide * scale) / 2, (height - high * scale) / 2, wide * scale, high * scale);
    pen.globalAlpha = 1;
  }
}

function sheetOf(motion) {
  if (!sheets.has(motion)) {
    const sheet = new Image();
    sheet.src = `/oelala/motions/${encodeURIComponent(motion)}/film.webp`;
    sheets.set(motion, sheet.decode().then(() => sheet, () => (sheets.delete(motion), null)));
  }
  return sheets.get(motion);
}
