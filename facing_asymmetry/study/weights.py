"""Are the weights here? Asked before anything is computed, so that everything that is missing is named at once."""

from collections.abc import Iterable

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.errors import AssetError


def check_weights(records: Iterable[ClassifierRecord]) -> None:
    """Raise `AssetError` that names every classifier whose weights are not here, and what to do for each."""
    states = {record.name: registry.state(record) for record in records}
    lacking = [f"  {name}: {state.remedy}" for name, state in states.items() if not state.ready]
    if len(lacking) > 1:  # one alone is named by the loader, with its file
        raise AssetError(f"{len(lacking)} of {len(states)} classifiers lack their weights:\n" + "\n".join(lacking))
