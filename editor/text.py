"""A scenario in words, in the manner of nuScenes' scene descriptions, as text encoders of driving models know them."""

import re

from editor.scene import Scenario

# Words of a recorded description that speak of the weather or the hour, and so are dropped when a take asks for another.
WEATHER_WORDS = re.compile(r"\b(rain\w*|sunny|cloud\w*|overcast|fog\w*|mist\w*|clear|wet|snow\w*)\b", re.IGNORECASE)
HOUR_WORDS = re.compile(
    r"\b(night\w*|dusk|dawn|morning|noon|afternoon|evening|day\w*|dark\w*|difficult lighting)\b", re.IGNORECASE
)
WEATHER = {"clear": "clear weather", "cloudy": "cloudy", "rain": "rain", "fog": "fog"}
HOUR = {"morning": "morning", "noon": "noon", "afternoon": "afternoon", "dusk": "dusk", "night": "night, difficult lighting"}


def scene_text(scenario: Scenario) -> str:
    """One sentence: where, what was noted of the drive, and the weather and hour that the take asks for."""
    notes = [note.strip() for note in scenario.scene.description.split(",") if note.strip()]
    if scenario.weather != "as recorded":
        notes = [note for note in notes if not WEATHER_WORDS.search(note)]
        notes.insert(0, WEATHER[scenario.weather])
    if scenario.time_of_day != "as recorded":
        notes = [note for note in notes if not HOUR_WORDS.search(note)]
        notes.insert(0, HOUR[scenario.time_of_day])
    noted = ", ".join(notes)
    place = f"A driving scene at {scenario.scene.location}" if scenario.scene.location else "A driving scene"
    return f"{place}. {noted[0].upper()}{noted[1:]}." if noted else f"{place}."
