"""Walk from digit to digit through latent space."""

from ui import page_frame
from ui.features.morph import FEATURE
from ui.features.morph.morph_export import offer_files
from ui.state.link import write_link
from ui.widgets.live_part import show
from ui.widgets.model_picker import choose_model

page_frame.notices()
show(FEATURE)
offer_files()
choose_model()
write_link(FEATURE)
page_frame.next_page(FEATURE)
