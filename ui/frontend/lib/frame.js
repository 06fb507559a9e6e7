// Whether the page is inside another site's page, where browsers withhold its cookies.

export function inForeignFrame() {
  try {
    return window.top.location.origin !== window.location.origin;
  } catch {
    return true;
  }
}
