// Bodies of 18 joints on a canvas, in OpenPose's colours.
const LIMBS = [[1, 2], [1, 5], [2, 3], [3, 4], [5, 6], [6, 7], [1, 8], [8, 9], [9, 10], [1, 11], [11, 12], [12, 13], [1, 0], [0, 14], [14, 16], [0, 15], [15, 17]];
const COLOURS = ["#ff0000", "#ff5500", "#ffaa00", "#ffff00", "#aaff00", "#55ff00", "#00ff00", "#00ff55", "#00ffaa", "#00ffff", "#00aaff", "#0055ff", "#0000ff", "#5500ff", "#aa00ff", "#ff00ff", "#ff00aa", "#ff0055"];
const SIDE = 480; // pixels of the longer side

// A canvas of that shape.
export function shape(canvas, width, height) {
  const scale = SIDE / Math.max(width, height);
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  canvas.parentElement?.style.setProperty("--ratio", width / height);
  return canvas.getContext("2d");
}

// `joints`: 18 places in shares of the frame, null for a missing one.
export function drawBody(pen, joints, { faint = false } = {}) {
  const { width, height } = pen.canvas;
  const thick = Math.max(2.5, Math.min(width, height) / 60);
  const at = (joint) => joints?.[joint] && [joints[joint][0] * width, joints[joint][1] * height];
  pen.save();
  pen.globalAlpha = faint ? 0.28 : 1;
  pen.lineWidth = thick;
  pen.lineCap = "round";
  LIMBS.forEach(([from, to], index) => {
    const [a, b] = [at(from), at(to)];
    if (!a || !b) return;
    pen.strokeStyle = COLOURS[index];
    pen.beginPath();
    pen.moveTo(...a);
    pen.lineTo(...b);
    pen.stroke();
  });
  for (let joint = 0; joint < 18; joint += 1) {
    const place = at(joint);
    if (!place) continue;
    pen.fillStyle = COLOURS[joint];
    pen.beginPath();
    pen.arc(...place, thick * 0.75, 0, 2 * Math.PI);
    pen.fill();
  }
  pen.restore();
}

// Points of hands and faces, in shares of the frame.
export function drawDots(pen, dots, { faint = false } = {}) {
  if (!dots?.length) return;
  const { width, height } = pen.canvas;
  const size = Math.max(2, Math.min(width, height) / 140);
  pen.save();
  pen.globalAlpha = faint ? 0.28 : 1;
  pen.fillStyle = "#fff";
  for (const [x, y] of dots) pen.fillRect(x * width - size / 2, y * height - size / 2, size, size);
  pen.restore();
}

// How far a place is from a body: shares of the frame, to its nearest joint.
export function distance(joints, x, y) {
  const seen = (joints ?? []).filter(Boolean);
  return Math.min(Infinity, ...seen.map((place) => Math.hypot(place[0] - x, place[1] - y)));
}

const calm = matchMedia("(prefers-reduced-motion: reduce)");

// Calls `draw(index)` for one frame after another, over and over, while the canvas is seen.
export class Player {
  constructor(canvas, draw) {
    Object.assign(this, { canvas, draw, playing: !calm.matches, index: 0, from: 0, count: 1, fps: 16, last: 0 });
    requestAnimationFrame((time) => this.tick(time));
  }

  show({ from, count, fps }) {
    Object.assign(this, { from, count: Math.max(1, count), fps });
    if (this.index < from || this.index >= from + this.count) this.index = from;
    this.draw(this.index);
  }

  tick(time) {
    if (!this.canvas.isConnected) return;
    if (this.playing && this.canvas.offsetParent && time - this.last >= 1000 / this.fps) {
      this.last = time;
      this.index = this.from + ((this.index - this.from + 1) % this.count);
      this.draw(this.index);
    }
    requestAnimationFrame((next) => this.tick(next));
  }
}
