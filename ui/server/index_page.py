"""The HTML of every page: Streamlit's own, and what is shown until Streamlit's page is complete."""

from __future__ import annotations

import html
from functools import lru_cache

from ui.services.bundle import bundle_url
from ui.services.frontend_assets import FRONTEND, version
from ui.state.declaration import Feature, installed
from ui.streamlit_compat import index_html

_TITLE = "Autoencoder playground"


def index_page(name: str) -> bytes:
    """Return the HTML of a feature's page."""
    feature = next(one for one in installed() if one.name == name)
    return _page(name, feature.first_frame() if feature.first_frame else "", version())


@lru_cache(maxsize=64)
def _page(name: str, first: str, version: str) -> bytes:
    """Return the HTML with a first frame, "" for none; the modules' version is for the cache."""
    feature = next(one for one in installed() if one.name == name)
    head, scripts, body = index_html()
    parameters = f' data-parameters="{" ".join(feature.first_parameters)}"' if first else ""
    later = f'<template id="streamlit">{scripts}</template>' if first else scripts
    return f"""<!doctype html>
<html lang="en"{parameters}>
<head>
{head}<title>{_TITLE}</title>
<style>{_style()}</style>
<script>{_read("index.js")}</script>
{_asked_early(feature)}{later}</head>
<body>
<div id="first-frame">
<nav>{"".join(_link(other, feature) for other in installed() if other.page)}<i></i></nav>
{first or "<script>opening.skip();</script>"}
</div>
{body}</body>
</html>
""".encode()


def _link(feature: Feature, current: Feature) -> str:
    page = feature.page
    if page is None:
        return ""
    here = ' aria-current="page"' if feature is current else ""
    return f'<a href="./{page.address}"{here}><i></i>{html.escape(page.title)}</a>'


def _asked_early(feature: Feature) -> str:
    """Return the elements with which a browser asks for a page's modules before Streamlit does."""
    shown = [one for one in installed() if one is feature or not (one.page or one.on_every_page)]
    parts = [] if feature.first_frame else [bundle_url(one.name, part.module) for one in shown for part in one.parts]
    return "".join(f'<link rel="modulepreload" href="./{url}">\n' for url in parts)


def _style() -> str:
    """Return the style sheets of all pages: from one to the next the HTML stays. Each is about its page's own keys."""
    sheets = (feature.home / "page.css" for feature in installed())
    return _read("index.css") + "".join(sheet.read_text(encoding="utf-8") for sheet in sheets if sheet.exists())


def _read(name: str) -> str:
    return (FRONTEND / name).read_text(encoding="utf-8")
