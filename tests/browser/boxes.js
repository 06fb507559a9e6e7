// Where the parts of the Draw page are, by name, as [x, y]: in the first frame, and in Streamlit's page.

(() => {
  const place = (one) => {
    const { x, y } = one.getBoundingClientRect();
    return [x, y];
  };
  const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? roots(e.shadowRoot) : []))];
  const find = (selector) => roots(document).map((root) => root.querySelector(selector)).find(Boolean);

  function inFirstFrame() {
    const frame = document.getElementById("first-frame");
    const named = Object.entries({ heading: "h3", sentence: "p", canvas: "canvas", label: ".label", choice: ".choice" });
    return Object.fromEntries([
      ...[...frame.querySelectorAll("nav a")].map((link) => [link.textContent, place(link)]),
      ...[...frame.querySelectorAll("button")].map((button) => [`button ${button.textContent}`, place(button)]),
      ...named.map(([name, selector]) => [name, place(frame.querySelector(selector))]),
      ["deck", place(frame.querySelector(".live").shadowRoot.querySelector(".deck"))],
    ]);
  }

  function inStreamlit() {
    const links = [...document.querySelectorAll("[data-testid=stPageLink-NavLink]")];
    const buttons = [...document.querySelectorAll("[data-testid=stButton] button")].filter((button) => button.offsetWidth);
    const choice = find("[data-testid=stSelectbox]");
    const named = {
      heading: find("h3"),
      sentence: [...document.querySelectorAll("p")].find((p) => p.textContent.startsWith("The encoder squeezes")),
      canvas: find("canvas.lower-canvas"),
      label: choice.querySelector("label"),
      choice: choice.querySelector("[data-baseweb=select]") ?? choice.lastElementChild,
      deck: find(".deck"),
    };
    const text = (one) => one.querySelector("p").textContent;
    return Object.fromEntries([
      ...links.map((link) => [text(link), place(link)]),
      ...buttons.map((button) => [`button ${text(button)}`, place(button)]),
      ...Object.entries(named).map(([name, one]) => [name, place(one)]),
    ]);
  }

  window.boxes = { inFirstFrame, inStreamlit };
})();
