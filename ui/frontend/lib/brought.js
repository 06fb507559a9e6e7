// Files that a visitor drops on the page or pastes.

/** Call `bring(file)` for each file that is pasted or dropped on the page; returns a function that ends that. */
export function listen(bring) {
  const take = (event, files) => {
    if (!files?.length) return;
    event.preventDefault();
    bring(files[0]);
  };
  const over = (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault();
  const listeners = { paste: (event) => take(event, event.clipboardData?.files), drop: (event) => take(event, event.dataTransfer?.files), dragover: over };
  for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name, listener);
  };
}
