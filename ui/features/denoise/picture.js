// A picture from the clipboard, on its way to Python, which reads it.

const MOST = 10_000_000; // bytes

/** Listen for pasted pictures: send(base64) gets each, say(sentence) why one was not sent; returns how to stop. */
export function followClipboard(send, say) {
  const paste = (event) => {
    const file = [...(event.clipboardData?.files ?? [])][0];
    if (!file) return;
    event.preventDefault();
    if (file.size > MOST) return say(`The picture has more than ${MOST / 1e6} MB: paste a smaller one.`);
    const reader = new FileReader();
    reader.onload = () => send(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => say("The picture in the clipboard could not be read.");
    reader.readAsDataURL(file);
    say("Reading the picture …");
  };
  document.addEventListener("paste", paste);
  return () => document.removeEventListener("paste", paste);
}
