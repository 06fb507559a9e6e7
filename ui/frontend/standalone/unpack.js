// Start the page: the modules that it carries as text become the browser's, and what a module imports before the module.
// From a disk a browser imports no other file, but it does import what the page itself has made.

const addresses = {};

function address(name) {
  const text = document.querySelector(`script[data-module="${name}"]`).textContent;
  const ready = text.replace(/\bfrom "([\w./]+)";/g, (_, other) => `from "${(addresses[other] ??= address(other))}";`);
  return URL.createObjectURL(new Blob([ready], { type: "text/javascript" }));
}

import(address(document.getElementById("demo").dataset.entry));
