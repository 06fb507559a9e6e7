"""Clean a noisy voice, and bend a spoken digit with sixteen numbers."""

from ui import page_frame
from ui.features.sound import FEATURE
from ui.state.link import write_link
from ui.widgets.live_part import show

page_frame.notices()
show(FEATURE)
write_link(FEATURE)
page_frame.next_page(FEATURE)
