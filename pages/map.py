"""See where digits lie in latent space, and decode the latent under the pointer."""

from ui import page_frame
from ui.features.examples.view import samples
from ui.features.map import FEATURE
from ui.state.link import write_link
from ui.widgets.live_part import show

page_frame.notices()
show(FEATURE)
samples()
write_link(FEATURE)
page_frame.next_page(FEATURE)
