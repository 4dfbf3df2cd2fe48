"""Who comes to light behind who is gone."""

from editor.edits import Delete, Recolour
from engine.draft.retouch import _behind
from tests.engine.draft.test_shot import shot


def test_who_is_repainted_stands_behind_who_is_gone_as_before(footage, parked):
    truck = next(actor for actor in footage.scene.actors if actor.category == "vehicle.truck")
    plain, repainted = (_behind(shot(footage, Delete(parked.id), *more)) for more in ((), (Recolour(truck.id, "#2040c0"),)))
    assert str(truck.id) in repainted.ids
    assert str(parked.id) not in repainted.ids
    assert sorted(repainted.ids) == sorted(plain.ids)
