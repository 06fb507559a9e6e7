// Makes a picture file small in the browser, so that a phone's photo arrives at once whatever its size and format.

const LONGEST = 1200; // pixels, more than twice as many as Python looks at
const SMALL = 1_500_000; // bytes: a smaller PNG or JPEG is sent as it is
const BEGINNING = 2_000_000; // bytes of a file that this browser cannot decode: Python says what it is
const SIGNATURES = { "image/png": [0x89, 0x50, 0x4e, 0x47], "image/jpeg": [0xff, 0xd8, 0xff] };

/** Return a PNG or JPEG of a picture as {data: base64, longest: the original's longer side in pixels, null if unknown}. */
export async function shrink(file) {
  const kind = await kindOf(file);
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!bitmap) return { data: await toBase64(file.slice(0, BEGINNING)), longest: null };
  const { width, height } = bitmap;
  const longest = Math.max(width, height);
  const keep = kind && longest <= LONGEST && file.size <= SMALL;
  const blob = keep ? file : await redraw(bitmap, Math.min(1, LONGEST / longest), kind);
  bitmap.close();
  return { data: await toBase64(blob), longest };
}

async function kindOf(file) {
  const start = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return Object.keys(SIGNATURES).find((kind) => SIGNATURES[kind].every((byte, place) => start[place] === byte));
}

function redraw(bitmap, scale, kind) {
  const size = (side) => Math.max(1, Math.round(side * scale));
  const canvas = Object.assign(document.createElement("canvas"), { width: size(bitmap.width), height: size(bitmap.height) });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  // Only a JPEG surely has no transparency.
  return new Promise((done) => canvas.toBlob(done, kind === "image/jpeg" ? kind : "image/png", 0.92));
}

function toBase64(blob) {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(blob);
  });
}
