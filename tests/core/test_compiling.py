from numba.core.caching import CacheImpl

from facing_asymmetry.core.compiling import compiled


def twice(x):
    return 2 * x


def test_a_function_is_compiled_where_no_folder_can_be_written(monkeypatch):
    monkeypatch.setattr(CacheImpl, "_locator_classes", [])
    assert compiled(twice)(3) == 6
