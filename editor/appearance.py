"""Whose look an actor is to be drawn with."""

from editor.scene import Actor


def drawn_as(actor: Actor, recorded: Actor | None) -> str:
    """As its look says, "actor:<id>" or "bank:<name>"; where that says nothing its own, if it was `recorded` as what it is now,
    and otherwise "category:<name>", any of its kind."""
    if actor.look.source is not None:
        return actor.look.source
    is_itself = recorded is not None and recorded.category == actor.category
    return f"actor:{actor.id}" if is_itself else f"category:{actor.category}"


def appearance(actor: Actor, recorded: Actor | None) -> tuple[object, ...]:
    """What a draft shows of an actor, but for where it is."""
    return actor.size_lwh, drawn_as(actor, recorded), actor.look.colour
