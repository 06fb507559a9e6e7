"""Wall: a presenter asks everybody in the room to draw, and sees their digits as they come (`ui/server/polls.py`)."""

from ui.state.declaration import Feature, TalkScene

FEATURE = Feature(name="wall", scene=TalkScene(parts=("answers", "mean", "walk"), animations=()))
