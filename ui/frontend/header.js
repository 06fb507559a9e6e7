// Runs in the head of every page: what the navigation needs and Python cannot set. It names the navigation, marks the
// current page's link, keeps that link in sight, and says on which sides the row goes on.

(() => {
  const NAVIGATION = "#first-frame nav, .st-key-navigation";
  const EDGE = 24; // px that fade where the row goes on: index.css

  function set(element, attributes) {
    for (const [name, value] of Object.entries(attributes)) if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }

  /** Mark the link of the page whose heading is shown; returns whether another one, or none, was marked before. */
  function mark(navigation, page) {
    const links = [...navigation.querySelectorAll("a")], marked = links.find((link) => link.ariaCurrent === "page");
    const current = links.find((link) => link.textContent === page);
    if (!current || (current === marked && current === navigation.current)) return false;
    marked?.removeAttribute("aria-current");
    current.setAttribute("aria-current", "page");
    navigation.current = current;
    return true;
  }

  function show(navigation, link) {
    const inside = navigation.getBoundingClientRect(), { left, right, width } = link.getBoundingClientRect();
    if (left < inside.left + EDGE || right > inside.right - EDGE) navigation.scrollLeft += left - inside.left - (inside.width - width) / 2;
  }

  function fade(navigation) {
    const { scrollLeft, clientWidth, scrollWidth } = navigation, left = scrollLeft > 1, right = scrollLeft + clientWidth < scrollWidth - 1;
    navigation.dataset.more = [left && "left", right && "right"].filter(Boolean).join(" ");
  }

  function arrange(navigation) {
    if (navigation.current) show(navigation, navigation.current);
    fade(navigation);
  }

  const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => arrange(target)));

  function look() {
    for (const navigation of document.querySelectorAll(NAVIGATION)) {
      const page = navigation.closest("main").querySelector("h1")?.dataset.page;
      set(navigation, { role: "navigation", "aria-label": "Pages" });
      const links = navigation.getElementsByTagName("a").length, isNew = page ? mark(navigation, page) : false;
      if (isNew || links !== navigation.links) arrange(navigation); // Streamlit adds one link after the other
      navigation.links = links;
      if (navigation.isFollowed) continue;
      navigation.isFollowed = true;
      navigation.addEventListener("scroll", () => fade(navigation), { passive: true });
      resized.observe(navigation);
    }
  }

  new MutationObserver(look).observe(document, { childList: true, subtree: true });
})();
