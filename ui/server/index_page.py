"""The HTML of every page: Streamlit's own, and what is shown until Streamlit's page is complete."""

from __future__ import annotations

import html
import json
from functools import lru_cache

from ui.services.bundle import bundle_url
from ui.services.frontend_assets import FRONTEND, common_style, version
from ui.services.previews import SIZE as PREVIEW_SIZE
from ui.services.previews import preview_url
from ui.services.terms import explain
from ui.state.declaration import Feature, Page, groups_of_pages, installed
from ui.streamlit_compat import index_html

_APP = "Autoencoder playground"
_LATER = '<p class="waiting" role="status">Loading the page …</p><script>opening.skip();</script>'  # no first frame


def title(page: Page) -> str:
    """Return the title of a page's document."""
    return f"{page.title} - {_APP}"


def heading(page: Page) -> str:
    """Return the HTML of a page's heading, its title for `frontend/header.js`, and the features' tools beside it."""
    shown, name = html.escape(page.heading or page.title), html.escape(page.title)
    tools = "".join(_tool(one) for one in installed())
    sentence = f"<p>{explain(html.escape(page.sentence))}</p>"
    return f'<div class="heading"><h1 data-page="{name}">{shown}</h1><div class="offers">{tools}</div>{sentence}</div>'


def _tool(feature: Feature) -> str:
    """Return the HTML of a feature's tool, "" where it has none; `frontend/tools.js` presses it."""
    if not (tool := feature.tool):
        return ""
    offered = " data-offered" if tool.offered else ""
    label, about = html.escape(tool.label), html.escape(tool.title)
    return f'<button type="button" data-tool="{feature.name}"{offered} title="{about}"><span>{label}</span></button>'


def _tools() -> str:
    """Return the tools of all features as the JSON that `frontend/tools.js` reads."""
    tools = {
        one.name: {
            "url": bundle_url(one.name, "tool"),
            "openedBy": one.tool.opened_by,
            "offered": one.tool.offered,
            "data": one.tool.data(),
        }
        for one in installed()
        if one.tool
    }
    return json.dumps(tools).replace("<", "\\u003c")


def _label(group: str, pages: list[Feature]) -> str:
    """Return the HTML of a group's name in the navigation, "" where its only page has the same name."""
    titles = [one.page.title for one in pages if one.page]
    return "" if titles == [group] else f"<small>{html.escape(group)}</small>"


def index_page(name: str, root: str = "") -> bytes:
    """Return the HTML of a feature's page; `root` is the app's address as others reach it, "" where that is unknown."""
    feature = next(one for one in installed() if one.name == name)
    return _page(name, feature.first_frame() if feature.first_frame else "", version(), root)


@lru_cache(maxsize=64)
def _page(name: str, first: str, version: str, root: str) -> bytes:
    """Return the HTML with a first frame, "" for none; the modules' version is for the cache."""
    feature = next(one for one in installed() if one.name == name)
    page = feature.page or Page("", "")
    head, scripts, body = index_html()
    known = (*feature.first_parameters, *(one.tool.opened_by for one in installed() if one.tool and one.tool.opened_by))
    parameters = f' data-parameters="{" ".join(known)}"' if first else ""
    later = f'<template id="streamlit">{scripts}</template>' if first else scripts
    return f"""<!doctype html>
<html lang="en"{parameters}>
<head>
{head}<title>{html.escape(title(page))}</title>
{_for_others(name, page, root)}
<style>{_style()}</style>
<script type="application/json" id="tools">{_tools()}</script>
<script>{_read("index.js")}{_read("header.js")}{_read("tools.js")}</script>
{_asked_early(feature)}{later}</head>
<body>
<main id="first-frame">
<div class="header">
<nav aria-label="Pages">{"".join(_group(name, pages, feature) for name, pages in groups_of_pages().items())}</nav>
<div class="tools"></div>
{heading(page)}
</div>
{first or _LATER}
</main>
{body}</body>
</html>
""".encode()


def _for_others(name: str, page: Page, root: str) -> str:
    """Return the tags with which other sites show a link to a page (https://ogp.me): title, sentence and picture."""
    about = {"og:type": "website", "og:site_name": _APP, "og:title": title(page), "og:description": page.sentence}
    picture = preview_url(name)
    if root and picture:
        width, height = PREVIEW_SIZE
        about |= {"og:image": root + picture, "og:image:type": "image/png", "og:image:alt": page.heading or page.title}
        about |= {"og:image:width": str(width), "og:image:height": str(height)}
    tags = [f'<meta property="{name}" content="{html.escape(text)}">' for name, text in about.items()]
    named = {"description": page.sentence, "twitter:card": "summary_large_image"}
    tags += [f'<meta name="{name}" content="{html.escape(text)}">' for name, text in named.items()]
    return "\n".join(tags)


def _group(name: str, pages: list[Feature], current: Feature) -> str:
    links = "".join(_link(one.page, one is current) for one in pages if one.page)
    return f'<div class="group" role="group" aria-label="{html.escape(name)}">{_label(name, pages)}{links}</div>'


def _link(page: Page, is_current: bool) -> str:
    here = ' aria-current="page"' if is_current else ""
    return f'<a href="./{page.address}"{here}>{html.escape(page.title)}</a>'


def _asked_early(feature: Feature) -> str:
    """Return the elements with which a browser asks for a page's modules before Streamlit does."""
    shown = [
        bundle_url(one.name, part.module)
        for one in installed()
        for part in one.parts
        if one is feature or part.shown_on == "everywhere" or feature.name in part.shown_on
    ]
    urls = [] if feature.first_frame else shown
    return "".join(f'<link rel="modulepreload" href="./{url}">\n' for url in urls)


def _style() -> str:
    """Return the style sheets of all pages: from one to the next the HTML stays. Each is about its page's own keys."""
    sheets = (feature.home / "page.css" for feature in installed())
    own = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets if sheet.exists())
    return _read("parts.css") + _read("index.css") + _groups() + common_style("term") + _read("access.css") + own


def _groups() -> str:
    """Return the style sheet of the navigation's groups: Streamlit has one link after the other, the fewest pieces."""
    found, place = "", 1
    for name, group in groups_of_pages().items():
        called = f"--group: {json.dumps(name)}; " if _label(name, group) else ""
        apart = '--line: ""; --apart: 8px; ' if found else ""
        least = "min-width: var(--group-width); " if len(group) == 1 else ""
        found += f"#root .st-key-navigation > :nth-child({place}) {{ {called}{apart}{least}}}\n"
        place += len(group)
    return found


def _read(name: str) -> str:
    return (FRONTEND / name).read_text(encoding="utf-8")
