"""One canary for each of Streamlit's internals in `ui/streamlit_compat.py`: an upgrade that changes one fails here.

Most are tried on a small app of their own, in a real server: what fails here is Streamlit's doing and nobody else's.
"""

from __future__ import annotations

import ast
import asyncio
import importlib.util
import json
import re
import subprocess
import textwrap
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest
from streamlit.web.server.app_discovery import discover_asgi_app

from tests.load.client import play, visit
from tests.server import ROOT, serving
from ui import streamlit_compat

HINT = "\n\nStreamlit {version}: {what} Look at {where}, then change ui/streamlit_compat.py."

APP = """
import contextlib, os, sys
from pathlib import Path
import streamlit as st
from starlette.responses import JSONResponse
from starlette.routing import Route
from ui import streamlit_compat as compat

PAGES = {"first": "", "second": "second"}

async def facts(request):
    dropped = compat.drop_expired_sessions() if "drop" in request.query_params else None
    return JSONResponse({
        "dropped": dropped,
        "kept": len(compat.Runtime.instance()._session_mgr._session_storage._cache),
        "uploads": {owner: {one: held[one].name for one in held} for owner, held in compat.uploads().items()},
        "pandas": "pandas" in sys.modules,
    })

@contextlib.asynccontextmanager
async def lifespan(app):
    compat.always_run_app()
    compat.without_data_frames()
    compat.read_theme_once()
    yield

if compat.is_script_run():
    page = st.navigation([compat.page_of(Path("pages", f"{name}.py"), name, at) for name, at in PAGES.items()])
    st.info(f"app.py ran for {page.title}")
    page.run()
else:
    app = st.App(__file__, routes=[Route("/facts", facts)], lifespan=lifespan)
"""
FIRST = """
import streamlit as st
import streamlit_drawable_canvas
from ui import streamlit_compat as compat
def taken(): st.session_state.bytes = len(compat.take_upload(st.session_state.file))
st.file_uploader("A file", key="file", on_change=taken)
st.info(f"took {st.session_state.get('bytes')}")
st.info(f"nothing {compat.take_upload(None)}")
st.info(f"at {compat.browser_address()}")
component = st.components.v2.component("part", js="export default function () {}")
component(key="part", data={"numbers": [1, 2]}, on_settled_change=lambda: None, on_once_change=lambda: None)
st.info(f"once {st.session_state.part.get('once')}")
"""
CANVAS = importlib.util.find_spec("streamlit_drawable_canvas")


def hint(what: str, where: str) -> str:
    """Return what a failing canary says: what has changed, and where to look."""
    return HINT.format(version=streamlit.__version__, what=what, where=where)


class Small:
    """The small app, served."""

    def __init__(self, address: str) -> None:
        self.address = address

    def facts(self, query: str = "") -> Any:
        with urllib.request.urlopen(f"{self.address}/facts?{query}", timeout=30) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    folder = tmp_path_factory.mktemp("small")
    (folder / "pages").mkdir()
    (folder / "app.py").write_text(APP)
    (folder / "pages" / "first.py").write_text(FIRST)
    (folder / "pages" / "second.py").write_text("")
    options = {
        "SERVER_DISCONNECTED_SESSION_TTL": "1",
        "SERVER_ENABLE_XSRF_PROTECTION": "false",
        "SERVER_HEADLESS": "true",
        "BROWSER_GATHER_USAGE_STATS": "false",
    }
    environment = {f"STREAMLIT_{name}": value for name, value in options.items()}
    with serving(folder, environment={**environment, "PYTHONPATH": str(ROOT)}) as server:
        yield Small(server.address)


# ---- nobody else ----------------------------------------------------------------------------------------------


def _internals_in(path: Path) -> Iterator[str]:
    """Yield the lines of a module that reach behind what `st.` offers, to Streamlit's own or private names."""
    behind = re.compile(
        r"streamlit\.(?!$)|st\.(_|runtime\b|proto\b|web\b|config\.|delta_generator|elements\b|testing\b)"
    )
    for node in ast.walk(ast.parse(path.read_text())):
        line = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import) and any(behind.match(name.name) for name in node.names):
            yield line
        if isinstance(node, ast.ImportFrom) and re.match(r"streamlit(\.|$)", node.module or ""):
            yield line
        if isinstance(node, ast.Attribute) and behind.match(ast.unparse(node)):
            yield line
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and behind.match(node.value):
            yield line  # for importlib


def test_nothing_else_imports_streamlits_internals() -> None:
    modules = [ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "ui").rglob("*.py")]
    found = {path: list(_internals_in(path)) for path in modules}
    assert found.pop(ROOT / "ui" / "streamlit_compat.py")  # the search finds something
    assert len(found) > 40
    assert [line for lines in found.values() for line in lines] == []


# ---- canaries --------------------------------------------------------------------------------------------------


def test_what_is_imported_only_for_its_type_is_what_streamlit_returns() -> None:
    where = "where st.Page and st.container are defined"

    def script() -> None:
        import streamlit as st

        from ui import streamlit_compat as compat

        st.text(isinstance(st.Page(lambda: None, title="one"), compat.StreamlitPage))
        st.text(isinstance(st.container(), compat.DeltaGenerator))

    said = [text.value for text in AppTest.from_function(script, default_timeout=60).run().text]
    assert said == ["True", "True"], hint("these types have moved.", where)


def test_a_script_run_is_told_from_an_import() -> None:
    def script() -> None:
        import streamlit as st

        from ui.streamlit_compat import is_script_run

        st.text(is_script_run())

    what = hint("app.py cannot know any more whether it runs for a visitor.", "streamlit.runtime.scriptrunner")
    assert not streamlit_compat.is_script_run(), what
    assert [text.value for text in AppTest.from_function(script, default_timeout=60).run().text] == ["True"], what


def test_a_page_that_was_made_once_is_shown_again(small: Small) -> None:
    async def alerts() -> list[list[str]]:
        async with visit(small.address) as visitor, visit(small.address, "second") as other:
            said = [visitor.alerts()[:1], other.alerts()]
            await other.open("")
            await visitor.open("second")
            return [*said, other.alerts()[:1], visitor.alerts()]

    what = hint("a page's copy is not run.", "streamlit.navigation.page and streamlit.commands.navigation")
    first, second = ["app.py ran for first"], ["app.py ran for second"]
    assert play(alerts()) == [first, second, first, second], what


def test_a_script_run_is_one_thing_from_its_start_to_its_end() -> None:
    def script() -> None:
        import streamlit as st

        from ui.streamlit_compat import script_run

        run = script_run()

        @st.fragment
        def part() -> None:
            st.text(run is not None and script_run() is run)

        part()

    what = hint("a visitor is looked up for each use, or taken for another.", "streamlit.runtime.scriptrunner")
    assert streamlit_compat.script_run() is None, what
    assert [text.value for text in AppTest.from_function(script, default_timeout=60).run().text] == ["True"], what


def test_the_browsers_address_is_reported_as_it_is(small: Small) -> None:
    async def alerts() -> list[str]:
        async with visit(small.address) as visitor:
            return visitor.alerts()

    what = hint("links are made from another address.", "st.context.url, and where it has the browser's from")
    assert f"at {small.address}/" in play(alerts()), what
    assert streamlit_compat.browser_address() == "", what


def test_app_py_is_found_to_be_served_with_our_routes() -> None:
    found = discover_asgi_app(ROOT / "app.py")
    where = "streamlit.web.server.app_discovery, and at app.py"
    assert found.import_string == "app:app", hint("our routes and the input guard are not served.", where)


def test_a_deep_link_runs_app_py_first(small: Small) -> None:
    async def alerts() -> list[str]:
        async with visit(small.address, "second") as visitor:
            return visitor.alerts()

    what = "a first visit to /second ran pages/second.py without app.py, so it has no navigation."
    where = "streamlit.runtime.pages_manager and script_runner"
    assert play(alerts()) == ["app.py ran for second"], hint(what, where)


def test_a_part_costs_no_pandas(small: Small) -> None:
    async def data() -> Any:
        async with visit(small.address) as visitor:
            return visitor.data_of("part")

    assert play(data()) == {"numbers": [1, 2]}
    what = "a component's data is searched for data frames again, with 68 MB of pandas and pyarrow."
    assert small.facts()["pandas"] is False, hint(what, "streamlit.components.v2.bidi_component.serialization")


def test_a_theme_that_was_read_once_is_the_theme_of_each_run(
    run_python: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    program = """
    from streamlit import config
    from streamlit.proto.NewSession_pb2 import CustomThemeConfig
    from streamlit.runtime import app_session
    from ui import streamlit_compat

    def theme():
        message = CustomThemeConfig()
        app_session._populate_theme_msg(message)
        app_session._populate_theme_msg(message.dark, "theme.dark")
        return message

    config.set_option("theme.primaryColor", "#123456")
    config.set_option("theme.dark.textColor", "#abcdef")
    wanted = theme()
    streamlit_compat.read_theme_once()
    first = theme()
    config.get_options_for_section = None
    print(wanted.primary_color, wanted.dark.text_color, wanted == first == theme())
    """
    what = hint("the theme is read at every run, or not at all.", "streamlit.runtime.app_session")
    ran = run_python("-c", textwrap.dedent(program))
    assert ran.stdout == "#123456 #abcdef True\n", f"{what}\n{ran.stderr}"


def test_a_part_reports_what_happened_once_under_this_key(small: Small) -> None:
    async def said() -> list[str]:
        async with visit(small.address) as visitor:
            await visitor.trigger("part", "once", "a thing")
            return visitor.alerts()

    what = "what happens once in a component comes under another key."
    assert "once a thing" in play(said()), hint(what, "streamlit.components.v2.bidi_component.constants and main")
    assert (
        streamlit_compat.key_of(f"$$STREAMLIT_INTERNAL_KEY_$$ID-hash-part{streamlit_compat.EVENTS}") == "part__events"
    )


def test_a_components_module_is_served_at_its_address(small: Small) -> None:
    async def shown() -> None:
        async with visit(small.address):
            pass

    play(shown())  # the script has imported the component
    what = "a component's files are served at another address, so there is no drawing canvas."
    assert CANVAS is not None
    assert CANVAS.origin is not None
    module = next(Path(CANVAS.origin).parent.glob("frontend/build/index-*.js")).name
    url = streamlit_compat.component_url("streamlit-drawable-canvas.streamlit_drawable_canvas", module)
    with urllib.request.urlopen(f"{small.address}/{url}", timeout=30) as answer:
        assert b"as default" in answer.read()[-500:], hint(what, "streamlit.web.server.starlette.starlette_routes")


def test_a_widgets_id_ends_with_its_key() -> None:
    def script() -> None:
        import streamlit as st

        st.button("One", key="of-this-key")

    (button,) = AppTest.from_function(script, default_timeout=60).run().button
    where = "streamlit.elements.lib.utils.compute_and_register_element_id"
    assert streamlit_compat.key_of(button.id) == "of-this-key", hint("a widget's id is made another way.", where)


def test_an_upload_is_seen_taken_and_kept_no_longer(small: Small) -> None:
    number, path = str(uuid.uuid4()), f"{streamlit_compat.UPLOADS}/{{}}/{{}}"

    async def upload() -> tuple[dict[str, Any], list[str], dict[str, Any]]:
        async with visit(small.address) as visitor:
            target = f"{small.address}/{path.format(visitor.session, number)}"
            await asyncio.to_thread(_put, target, "five.txt", b"bytes")
            held = (await asyncio.to_thread(small.facts))["uploads"][visitor.session]
            state = streamlit_compat.WidgetState(id=visitor.id_of("file"))
            file = state.file_uploader_state_value.uploaded_file_info.add()
            file.file_id, file.name, file.size = number, "five.txt", 5
            file.file_urls.upload_url = target.removeprefix(small.address)
            await visitor.run(state)
            left = (await asyncio.to_thread(small.facts))["uploads"].get(visitor.session, {})
            return held, visitor.alerts(), left

    held, said, left = play(upload())
    where = "streamlit.runtime.memory_uploaded_file_manager and uploaded_file_manager"
    assert held == {number: "five.txt"}, hint(
        "what is uploaded is held elsewhere: the input guard counts nothing.", where
    )
    assert {"took 5", "nothing None"} <= set(said), hint("an uploader holds another type.", where)
    assert left == {}, hint("a file that was taken is still held.", where)
    found = streamlit_compat.UPLOAD.fullmatch(f"/base/{path.format('owner', number)}")
    assert found is not None
    assert found.groups() == ("owner", number)


def _put(target: str, name: str, data: bytes) -> None:
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    request = urllib.request.Request(target, f"{head}{data.decode()}\r\n--x--\r\n".encode(), method="PUT")
    request.add_header("Content-Type", "multipart/form-data; boundary=x")
    urllib.request.urlopen(request, timeout=30).close()


def test_sessions_without_a_connection_are_dropped(small: Small) -> None:
    async def leave() -> tuple[int, int]:
        async with visit(small.address):
            pass
        async with visit(small.address):  # Streamlit looks at what it kept when somebody else comes, and not again
            await asyncio.sleep(0.2)  # until it has done so
        before = (await asyncio.to_thread(small.facts))["kept"]
        await asyncio.sleep(1.5)  # longer than a session without a connection is kept here
        dropped = (await asyncio.to_thread(small.facts, "drop"))["dropped"]
        return before, dropped

    before, dropped = play(leave())
    where = "streamlit.runtime.runtime, memory_session_storage and app_session"
    assert before >= 1, hint("sessions that lost their connection are kept elsewhere.", where)
    assert dropped >= 1, hint("sessions whose time is over are not dropped.", where)
    assert small.facts("drop") == {**small.facts(), "kept": 0, "dropped": 0}, hint("sessions stay.", where)

    async def come() -> list[str]:
        async with visit(small.address) as visitor:
            return visitor.alerts()

    assert "took None" in play(come()), hint("the server serves nobody after sessions were dropped.", where)


def test_frames_have_the_fields_that_the_input_guard_reads() -> None:
    where = "streamlit.proto.BackMsg_pb2, ClientState_pb2 and WidgetStates_pb2"
    wishes = {field.name for field in streamlit_compat.BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
    assert wishes >= {
        "rerun_script",
        "stop_script",
        "app_heartbeat",
        "file_urls_request",
        "backend_operation_request",
    }, hint("a browser's wishes have other names.", where)
    values = {field.name for field in streamlit_compat.WidgetState.DESCRIPTOR.oneofs_by_name["value"].fields}
    assert values >= {
        "trigger_value",
        "bool_value",
        "double_value",
        "int_value",
        "string_value",
        "double_array_value",
        "json_value",
        "json_trigger_value",
        "file_uploader_state_value",
    }, hint("a widget's values have other names.", where)
    message = streamlit_compat.BackMsg()
    message.rerun_script.widget_states.CopyFrom(WidgetStates(widgets=[streamlit_compat.WidgetState(id="a")]))
    message.rerun_script.cached_message_hashes.append("b")
    again = streamlit_compat.BackMsg.FromString(message.SerializeToString())
    assert again == message
    assert again.WhichOneof("type") == "rerun_script", hint("a frame reads differently.", where)


def test_the_app_is_healthy_at_this_address(small: Small) -> None:
    with urllib.request.urlopen(f"{small.address}/{streamlit_compat.HEALTH}", timeout=30) as answer:
        assert answer.read() == b"ok", hint("its health is asked for elsewhere.", "streamlit.web.server")


def test_streamlits_front_end_still_uses_the_names_that_our_styles_and_modules_select() -> None:
    named = re.compile(r"\.(st[A-Z]\w+)|data-testid=[\"']?(st[A-Z][\w-]+)")
    ours = {
        name
        for ending in ("py", "js", "css")
        for path in (ROOT / "ui").rglob(f"*.{ending}")
        for found in named.findall(path.read_text())
        for name in found
        if name
    }
    assert {"stMainBlockContainer", "stPageLink-NavLink", "stColumn"} <= ours
    bundle = Path(streamlit.__file__).parent / "static" / "static" / "js"
    theirs = "".join(path.read_text() for path in bundle.glob("*.js"))

    def made(name: str) -> bool:  # in one piece, or with the kind of a button at the end
        return any(text in theirs for text in (f'"{name}"', f"`{name}`", f"`{name.rsplit('-', 1)[0]}-${{"))

    gone = sorted(name for name in ours if not made(name))
    assert gone == [], hint(f"its pages have no {gone} any more.", "the styles and modules in ui/ that select them")


def test_streamlits_front_end_still_says_the_state_of_a_run_and_keeps_the_theme_where_the_first_frame_looks() -> None:
    bundle = Path(streamlit.__file__).parent / "static" / "static" / "js"
    theirs = "".join(path.read_text() for path in bundle.glob("*.js"))
    ours = (ROOT / "ui" / "frontend" / "index.js").read_text()
    where = "ui/frontend/index.js"
    assert "testScriptState" in ours
    assert "data-test-script-state" in theirs, hint("its app does not say whether a run is over.", where)
    assert "notRunning" in theirs, hint("the state of a run that is over has another name.", where)
    version = re.search(r"stActiveTheme-\$\{window\.location\.pathname\}`", theirs)
    assert version, hint("the chosen theme is kept elsewhere.", where)
    assert "stActiveTheme-${location.pathname}-v2" in ours
    number = re.search(r"\b(\w+)=2,\w+=`stActiveTheme-", theirs)
    assert number, hint("the chosen theme has another version.", where)


def test_the_html_of_streamlit_has_the_parts_that_the_index_page_takes() -> None:
    head, scripts, body = streamlit_compat.index_html()
    where = "streamlit/static/index.html"
    assert 'name="viewport"' in head
    assert "<title>" not in head, hint("its title stands elsewhere.", where)
    assert 'as="font"' not in head, hint("it asks for its fonts in another way.", where)
    assert "<script" not in re.sub(r"<script>.*?</script>", "", head, flags=re.DOTALL), hint("it loads scripts.", where)
    assert re.search(r'<script type="module"[^>]* src="./static/js/index\.[^"]+"></script>', scripts), hint(
        "its script is loaded in another way.", where
    )
    assert re.search(r'<link rel="stylesheet"[^>]* href="./static/css/index\.[^"]+">', scripts), hint(
        "its style sheet is loaded in another way.", where
    )
    assert '<div id="root"></div>' in body, hint("its page has another root.", where)
