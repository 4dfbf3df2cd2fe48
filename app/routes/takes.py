"""Several takes at once: what each comes to, what is said of all, and those that are moved aside or put back."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

from fastapi import APIRouter, Response

from app.routes.office import Office, in_brief, json_answer, takes_of
from app.routes.posted import DescribingTakes, OfTakes
from app.session import Desk, Document
from app.takes import SaveError
from editor.datasets.records import DataSetError
from editor.edits import EditError
from editor.files import TakeFileError
from editor.take import TakeError

REFUSED = (DataSetError, EditError, SaveError, TakeError, TakeFileError)
AT_ONCE_S = 0.3  # after which a request goes through no more takes


def add_takes(router: APIRouter, office: Office) -> None:
    """What is asked about many."""
    desk = office.desk

    @router.post("/takes/outcomes")
    def outcomes(asked: OfTakes) -> Response:
        """What takes come to, by their ids; of many only the first ones, and the rest may be asked for then."""
        return json_answer(_outcomes(desk, asked.scene, asked.takes))

    @router.post("/takes/describe")
    def describe(asked: DescribingTakes) -> Response:
        """Ratings and tags, whatever the takes' states; who is refused is said, and the others have them."""
        described, refused = _each(asked.takes, lambda take: _describe(desk, take, asked))
        return json_answer({"described": described, "refused": refused, "takes": takes_of(office, asked.scene)})

    @router.post("/takes/remove")
    def remove(asked: OfTakes) -> Response:
        """Takes moved aside, whatever their states; who is refused is said, and the others go."""
        removed, refused = _each(asked.takes, lambda take: desk.remove(asked.scene, take))
        return json_answer({"removed": removed, "refused": refused, "takes": takes_of(office, asked.scene)})

    @router.post("/takes/put_back")
    def put_back(asked: OfTakes) -> Response:
        """Removed takes, there again."""
        back, refused = _each(asked.takes, lambda take: desk.takes.put_back(asked.scene, take))
        return json_answer({"put_back": back, "refused": refused, "takes": takes_of(office, asked.scene)})


def _each(takes: Sequence[str], work: Callable[[str], object]) -> tuple[list[str], list[str]]:
    """The takes that something could be done with, and a sentence for each of the others, of which many are one."""
    done, refused = [], []
    for take in dict.fromkeys(takes):
        try:
            work(take)
            done.append(take)
        except REFUSED as error:
            refused.append(str(error))
    return done, in_brief(refused)


def _describe(desk: Desk, take: str, asked: DescribingTakes) -> None:
    tags = [tag for tag in desk.glanced(asked.scene, take).take.tags if tag != asked.drop_tag]
    changes = {"rating": asked.rating} if "rating" in asked.model_fields_set else {}
    desk.describe(asked.scene, take, tags=tuple(dict.fromkeys([*tags, *filter(None, [asked.add_tag])])), **changes)


def _outcomes(desk: Desk, scene: str, takes: Sequence[str]) -> dict[str, Any]:
    found, until = {}, monotonic() + AT_ONCE_S
    for take in dict.fromkeys(takes):
        try:
            found[take] = _outcome(desk.glanced(scene, take))
        except REFUSED as error:
            found[take] = {"problem": str(error)}
        if monotonic() > until:
            break
    return found


def _outcome(document: Document) -> dict[str, Any]:
    """How many findings its checks have, and how many pictures it changes: those that a draft shows, and all that are not as
    recorded any more once the world model draws them."""
    drafts, drawn = (sum(map(len, stale.values())) for stale in (document.dirty.draft, document.dirty.model))
    return {"findings": len(document.findings), "drafts": drafts, "drawn": drawn}
