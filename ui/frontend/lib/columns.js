// How many pictures stand side by side.

/** As many columns as `most`, with rows as even as can be, and no single picture in the last of them. */
export function evenColumns(count, most) {
  const columns = Math.ceil(count / Math.ceil(count / Math.max(most, 1)));
  return columns > 1 && columns < count && count % columns === 1 ? columns + 1 : columns;
}
