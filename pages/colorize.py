"""Give a grey picture its colours, with sixteen numbers."""

from ui import page_frame
from ui.features.colorize import FEATURE
from ui.state.link import write_link
from ui.widgets.live_part import show

page_frame.notices()
show(FEATURE)
write_link(FEATURE)
page_frame.next_page(FEATURE)
