"""The HTML of every page: Streamlit's own, and what is shown until Streamlit's page is complete."""

from __future__ import annotations

import html
from functools import lru_cache

from ui.services.bundle import bundle_url
from ui.services.frontend_assets import FRONTEND, common_style, version
from ui.services.terms import explain
from ui.state.declaration import Feature, Page, groups_of_pages, installed
from ui.streamlit_compat import index_html

_APP = "Autoencoder playground"


def title(page: Page) -> str:
    """Return the title of a page's document."""
    return f"{page.title} - {_APP}"


def heading(page: Page) -> str:
    """Return the HTML of a page's heading, with its title for `frontend/header.js`."""
    shown, name = html.escape(page.heading or page.title), html.escape(page.title)
    return f'<div class="heading"><h1 data-page="{name}">{shown}</h1><p>{explain(html.escape(page.sentence))}</p></div>'


def label(group: str, pages: list[Feature]) -> str:
    """Return the HTML of a group's name in the navigation, "" where its only page has the same name."""
    titles = [one.page.title for one in pages if one.page]
    return "" if titles == [group] else f"<small>{html.escape(group)}</small>"


def index_page(name: str) -> bytes:
    """Return the HTML of a feature's page."""
    feature = next(one for one in installed() if one.name == name)
    return _page(name, feature.first_frame() if feature.first_frame else "", version())


@lru_cache(maxsize=64)
def _page(name: str, first: str, version: str) -> bytes:
    """Return the HTML with a first frame, "" for none; the modules' version is for the cache."""
    feature = next(one for one in installed() if one.name == name)
    page = feature.page or Page("", "")
    head, scripts, body = index_html()
    parameters = f' data-parameters="{" ".join(feature.first_parameters)}"' if first else ""
    later = f'<template id="streamlit">{scripts}</template>' if first else scripts
    return f"""<!doctype html>
<html lang="en"{parameters}>
<head>
{head}<title>{html.escape(title(page))}</title>
<style>{_style()}</style>
<script>{_read("index.js")}{_read("header.js")}</script>
{_asked_early(feature)}{later}</head>
<body>
<main id="first-frame">
<div class="header">
<nav aria-label="Pages">{"".join(_group(name, pages, feature) for name, pages in groups_of_pages().items())}</nav>
<div class="tools"></div>
{heading(page)}
</div>
{first or "<script>opening.skip();</script>"}
</main>
{body}</body>
</html>
""".encode()


def _group(name: str, pages: list[Feature], current: Feature) -> str:
    links = "".join(_link(one.page, one is current) for one in pages if one.page)
    return f'<div class="group" role="group" aria-label="{html.escape(name)}">{label(name, pages)}{links}</div>'


def _link(page: Page, is_current: bool) -> str:
    here = ' aria-current="page"' if is_current else ""
    return f'<a href="./{page.address}"{here}>{html.escape(page.title)}</a>'


def _asked_early(feature: Feature) -> str:
    """Return the elements with which a browser asks for a page's modules before Streamlit does."""
    shown = [one for one in installed() if one is feature or not (one.page or one.on_every_page)]
    parts = [] if feature.first_frame else [bundle_url(one.name, part.module) for one in shown for part in one.parts]
    return "".join(f'<link rel="modulepreload" href="./{url}">\n' for url in parts)


def _style() -> str:
    """Return the style sheets of all pages: from one to the next the HTML stays. Each is about its page's own keys."""
    sheets = (feature.home / "page.css" for feature in installed())
    own = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets if sheet.exists())
    return _read("parts.css") + _read("index.css") + common_style("term") + _read("access.css") + own


def _read(name: str) -> str:
    return (FRONTEND / name).read_text(encoding="utf-8")
