import importlib
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType

import ground_truth
import ground_truth_cli
from ground_truth.contract import errors
from ground_truth.contract.errors import GroundTruthError

_BRANCH = re.compile(r"^    (?P<before>[ |`]*(?:-- )?)(?P<name>[A-Z]\w+) +(?P<module>[a-z_.]+)", re.MULTILINE)


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for result in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(result.name)


def _classes() -> dict[str, type[BaseException]]:
    modules = [*_modules(ground_truth), *_modules(ground_truth_cli)]
    classes = (member for module in modules for member in vars(module).values() if isinstance(member, type))
    own = (member for member in classes if issubclass(member, BaseException))
    return {
        f"{member.__module__.removeprefix('ground_truth.')}.{member.__name__}": member
        for member in own
        if member.__module__.startswith("ground_truth")
    }


def _drawn() -> dict[str, str]:
    """Each class of the drawing with the name of the one that it hangs on."""
    bases: dict[str, str] = {}
    line: list[str] = []
    for branch in _BRANCH.finditer(errors.__doc__ or ""):
        depth = len(branch["before"]) // 4
        line = [*line[:depth], branch["name"]]
        bases[f"{branch['module']}.{branch['name']}"] = line[-2] if depth else ""
    return bases


def test_every_error_of_the_library_and_the_command_hangs_on_the_tree_where_it_is_drawn() -> None:
    hangs_on = {
        name: "" if cls is GroundTruthError else next(base.__name__ for base in cls.__bases__)
        for name, cls in _classes().items()
    }
    assert _drawn() == hangs_on
    assert all(issubclass(cls, GroundTruthError) for cls in _classes().values())


def test_only_what_the_contract_refuses_of_a_property_is_a_value_error_too() -> None:
    builtin = (ValueError, OSError, LookupError, RuntimeError, TypeError)
    assert [name for name, cls in _classes().items() if issubclass(cls, builtin)] == ["contract.errors.ContractError"]
