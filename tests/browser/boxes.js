// Where the parts of the Draw page are, by name, as [x, y]: in the first frame, and in Streamlit's page.

(() => {
  const place = (one) => {
    const { x, y } = one.getBoundingClientRect();
    return [x, y];
  };
  const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? roots(e.shadowRoot) : []))];
  const find = (selector) => roots(document).map((root) => root.querySelector(selector)).find(Boolean);

  const ofDeck = (root) => ["input", "encoder", "numbers", "decoder", "output canvas", "output figcaption"].map((name) => [name, place(root.querySelector(`.${name}`))]);

  function inFirstFrame() {
    const frame = document.getElementById("first-frame");
    const named = Object.entries({ heading: "h1", tool: ".offers button", sentence: ".heading p", canvas: "canvas", label: ".label", choice: ".choice" });
    return Object.fromEntries([
      ...[...frame.querySelectorAll("nav a")].map((link) => [link.textContent, place(link)]),
      ...[...frame.querySelectorAll(".draw button")].map((button) => [`button ${button.textContent}`, place(button)]),
      ...named.map(([name, selector]) => [name, place(frame.querySelector(selector))]),
      ...ofDeck(frame.querySelector(".live").shadowRoot),
    ]);
  }

  function inStreamlit() {
    const links = [...document.querySelectorAll(".st-key-navigation a")];
    const buttons = [...document.querySelectorAll("[data-testid=stButton] button")].filter((button) => button.offsetWidth);
    const samples = [...find(".part.samples").querySelectorAll("button")];
    const choice = find("[data-testid=stSelectbox]");
    const named = {
      heading: find("h1"),
      tool: find(".offers button"),
      sentence: find(".heading p"),
      canvas: find("canvas.lower-canvas"),
      label: choice.querySelector("label"),
      choice: choice.querySelector("[data-baseweb=select]") ?? choice.lastElementChild,
    };
    const text = (one) => one.querySelector("p").textContent;
    return Object.fromEntries([
      ...links.map((link) => [text(link), place(link)]),
      ...buttons.map((button) => [`button ${text(button)}`, place(button)]),
      ...samples.map((button) => [`button ${button.textContent}`, place(button)]),
      ...Object.entries(named).map(([name, one]) => [name, place(one)]),
      ...ofDeck(find(".deck")),
    ]);
  }

  window.boxes = { inFirstFrame, inStreamlit };
})();
