"""Several takes at once: what each comes to, what is said of all, and those that are moved aside or put back.

Of many a request goes through the first ones, for a moment; it says how many, and the page asks for the rest. Who is refused is
said, and the others go through.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from time import monotonic
from typing import Any

from fastapi import APIRouter, Response

from app.routes.office import Office, json_answer, takes_of
from app.routes.posted import DescribingTakes, OfTakes
from app.session import Desk, Document
from app.takes import SaveError
from editor.datasets.records import DataSetError
from editor.edits import EditError
from editor.files import TakeFileError
from editor.take import Take, TakeError

REFUSED = (DataSetError, EditError, SaveError, TakeError, TakeFileError)
AT_ONCE_S = 0.3  # after which a request goes through no more takes


def add_takes(router: APIRouter, office: Office) -> None:
    """What is asked about many."""
    desk = office.desk

    @router.post("/takes/outcomes")
    def outcomes(asked: OfTakes) -> Response:
        """What takes come to, by their ids."""
        return json_answer(_outcomes(desk, asked.scene, asked.takes))

    def each(asked: OfTakes, done: str, work: Callable[[str], object]) -> Response:
        some, refused, looked_at = _each(asked.takes, work)
        takes = takes_of(office, asked.scene)
        return json_answer({done: some, "refused": refused, "looked_at": looked_at, "takes": takes})

    @router.post("/takes/describe")
    def describe(asked: DescribingTakes) -> Response:
        """Ratings and tags, whatever the takes' states."""
        return each(asked, "described", lambda take: desk.describe_by(asked.scene, take, partial(_described, asked)))

    @router.post("/takes/remove")
    def remove(asked: OfTakes) -> Response:
        """Takes moved aside, whatever their states."""
        return each(asked, "removed", lambda take: desk.remove(asked.scene, take))

    @router.post("/takes/put_back")
    def put_back(asked: OfTakes) -> Response:
        """Removed takes, there again."""
        return each(asked, "put_back", lambda take: desk.takes.put_back(asked.scene, take))


def _for_a_moment(takes: Sequence[str]) -> Iterator[str]:
    """One at least, and as many as there is time for."""
    until = monotonic() + AT_ONCE_S
    for number, take in enumerate(dict.fromkeys(takes)):
        if number > 0 and monotonic() > until:
            return
        yield take


def _each(takes: Sequence[str], work: Callable[[str], object]) -> tuple[list[str], list[str], int]:
    """The takes that something could be done with, a sentence for each of the others, and how many these are together: the
    first ones, of many."""
    done, refused = [], []
    for take in _for_a_moment(takes):
        try:
            work(take)
            done.append(take)
        except REFUSED as error:
            refused.append(str(error))
    return done, refused, len(done) + len(refused)


def _described(asked: DescribingTakes, take: Take) -> dict[str, object]:
    """What is said of a take then."""
    tags = [tag for tag in take.tags if tag != asked.drop_tag]
    added = [] if asked.add_tag is None or asked.add_tag in tags else [asked.add_tag]
    rating = {"rating": asked.rating} if "rating" in asked.model_fields_set else {}
    return {"tags": (*tags, *added), **rating}


def _outcomes(desk: Desk, scene: str, takes: Sequence[str]) -> dict[str, Any]:
    found = {}
    for take in _for_a_moment(takes):
        try:
            found[take] = _outcome(desk.glanced(scene, take))
        except REFUSED as error:
            found[take] = {"problem": str(error)}
    return found


def _outcome(document: Document) -> dict[str, Any]:
    """How many findings its checks have, and how many pictures it changes: those that a draft shows, and all that are not as
    recorded any more once the world model draws them."""
    drafts, drawn = (sum(map(len, stale.values())) for stale in (document.dirty.draft, document.dirty.model))
    return {"findings": len(document.findings), "drafts": drafts, "drawn": drawn}
