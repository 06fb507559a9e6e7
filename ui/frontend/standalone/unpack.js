// Start the page: the modules that it carries, gzip in base64, become the browser's, and what a module imports before the
// module. From a disk a browser imports no other file, but it does import what the page itself has made.

const addresses = {};

async function unpacked() {
  const text = atob(document.getElementById("modules").textContent), bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

function address(name, modules) {
  const ready = modules[name].replace(/\bfrom "([\w./]+)";/g, (_, other) => `from "${(addresses[other] ??= address(other, modules))}";`);
  return URL.createObjectURL(new Blob([ready], { type: "text/javascript" }));
}

unpacked().then((modules) => import(address(document.getElementById("demo").dataset.entry, modules)));
