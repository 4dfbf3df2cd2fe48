"""Paints that cars commonly have, by name."""

PAINTS = {
    "white": "#e8e8e6",
    "silver": "#a9adb2",
    "grey": "#5b6067",
    "black": "#17191c",
    "red": "#a3191f",
    "blue": "#20458f",
    "green": "#2f5b3c",
    "yellow": "#d8a61c",
}


def paint_word(colour: str) -> str:
    """The name of a colour, #rrggbb, where it has one here; the colour itself where not."""
    return next((name for name, value in PAINTS.items() if value == colour), colour)
