"""An intervention is found by its class alone; a base without a kind is none."""

from facing_asymmetry.interventions.contract import Intervention
from facing_asymmetry.interventions.palsy import Bilateral, OneSidedWeakening, Palsy, Weakening
from facing_asymmetry.interventions.registry import INTERVENTIONS
from facing_asymmetry.interventions.scenes import Noop, SceneControl, Yaw


def test_bases_without_a_kind_are_not_offered():
    assert not {Intervention, Weakening, OneSidedWeakening, SceneControl} & set(INTERVENTIONS.values())


def test_a_control_is_not_a_kind_of_what_it_controls():
    assert not issubclass(Bilateral, Palsy)
    assert not issubclass(Yaw, Noop)
