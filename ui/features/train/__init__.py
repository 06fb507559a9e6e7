"""Train: a visitor trains a network, watches it learn, and uses it on the other pages."""

from ui.features.train import own_pictures
from ui.features.train.form import WIDGETS
from ui.features.train.state import EXAMPLE, Training
from ui.features.train.user_models import MODEL_FILE, MODEL_NAME
from ui.features.train.view import control_training, data, take_remembered
from ui.state.declaration import Feature, LivePart, Page, TourStep, text
from ui.widgets.uploads import declare

FEATURE = Feature(
    name="train",
    page=Page(
        "train",
        "Train",
        "Train",
        heading="Train your own",
        sentence=(
            "Choose a network and what it learns from, digits or your own pictures, and watch it learn to redraw them. "
            "Then use it on the other pages, or download it."
        ),
        invitation="Now train a network of your own",
    ),
    state=Training,
    example=EXAMPLE,
    parts=(
        LivePart(
            data=data,
            on={
                "wish": control_training,
                "remembered": take_remembered,
                "news": lambda report: None,  # a new model, or the end: this makes the page run again
            },
        ),
        LivePart(data=own_pictures.data, on={"brought": own_pictures.take}, module="pictures"),
    ),
    in_talk="train_here",
    widgets=(*WIDGETS, text(MODEL_NAME), declare(MODEL_FILE)),
    tour=(
        TourStep(
            100,
            "Train your own",
            "Press Start: a small network learns in this browser, before your eyes. Then use it on all the other "
            "pages.",
            ("[data-testid=here-start]",),
            scene={"page": "train_here"},
        ),
    ),
)
