"""The house: rooms of a dozen modules, names that are not given twice, imports that go down and never in a circle."""

import ast
import re
from collections import Counter
from pathlib import Path

import package_diagram
import pytest

PROJECT = Path(__file__).parents[2]
MODULES = [path for top in package_diagram.ROOTS for path in sorted((PROJECT / top).rglob("*.py"))]
PAGE = PROJECT / "docs/architecture.md"
MOST = 14
LONGEST = 60
# From the top down: a package imports from those below it. What stands beside another does not import it.
LAYERS = (
    ("meetwire", "pipelines"),
    ("transforms.page",),
    ("transforms.browse",),
    ("transforms.feeds", "transforms.meetings"),
    ("transforms.articles", "transforms.reader"),
    ("transforms.tables",),
    ("transforms.stories", "transforms.streams"),
    ("transforms.language",),
    ("transforms.lexicon",),
)
ROOMS = {
    "transforms.feeds": ("polling", "fetching", "parsing", "identity", "dates", "text", "document"),
    "transforms.language": ("mentions", "people", "dates", "world"),
    "transforms.meetings": ("reports", "details", "encounters", "parties"),
}


def illegal(layers):
    """The imports that go up, or sideways, as lines."""
    order = {package: depth for depth, layer in enumerate(layers) for package in layer}

    def place(module):
        return next((package for package in order if module == package or module.startswith(f"{package}.")), None)

    found = []
    graph = package_diagram.graph()
    for module in graph.modules:
        for other in graph.find_modules_directly_imported_by(module):
            here, there = place(module), place(other)
            if here and there and here != there and order[here] >= order[there]:
                found.append(f"{module} imports {other}")
    return sorted(found)


def test_packages_import_only_from_below():
    assert illegal(LAYERS) == []


@pytest.mark.parametrize("package", ROOMS)
def test_rooms_import_only_from_below(package):
    assert illegal([(f"{package}.{room}",) for room in ROOMS[package]]) == []


def test_an_import_that_goes_up_is_told():
    assert illegal(LAYERS[::-1]) != []


def test_no_modules_import_each_other_in_a_circle():
    graph = package_diagram.graph()
    waiting = {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}
    while free := [module for module, others in waiting.items() if not others & waiting.keys()]:
        for module in free:
            del waiting[module]
    assert not waiting


def test_no_room_has_more_doors_than_a_stranger_can_look_through():
    rooms = Counter(path.parent.relative_to(PROJECT).as_posix() for path in MODULES)
    assert {room: count for room, count in rooms.items() if count > MOST} == {}


def test_no_two_modules_share_a_name():
    """``transforms.py`` of a stage is its Beam wiring, everywhere."""
    names = Counter(path.name for path in MODULES if path.name not in ("__init__.py", "transforms.py"))
    assert [name for name, count in names.items() if count > 1] == []


def test_every_folder_says_what_it_is_for():
    for path in MODULES:
        if path.name == "__init__.py":
            assert path.read_text(encoding="utf-8").startswith('"""'), path


def test_the_picture_is_drawn_from_the_code():
    drawn = package_diagram.PICTURE.read_text(encoding="utf-8")
    assert drawn == package_diagram.picture(), "run: python tests/unit/package_diagram.py"


def test_the_life_of_an_article_names_functions_that_are_there():
    page = PAGE.read_text(encoding="utf-8")
    named = re.findall(r"`((?:pipelines|transforms)/[\w/]+\.py)`(?: `(\w+)`)?", page)
    assert len(named) > 15
    for file, name in named:
        source = (PROJECT / file).read_text(encoding="utf-8")
        assert not name or re.search(rf"\b(?:def|class) {name}\b", source), f"{file} holds no {name}"


def test_a_picture_leaves_out_what_follows_from_the_rest():
    drawn = package_diagram.reduced({"a": {"b", "c"}, "b": {"c"}})
    assert drawn == {"a": {"b"}, "b": {"c"}}


def test_no_function_is_longer_than_a_screen():
    def long(path):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno >= LONGEST:
                yield f"{path.relative_to(PROJECT)}: {node.name}"

    assert [name for path in MODULES for name in long(path)] == []


def test_every_file_that_a_page_names_is_there():
    """But for those that a reader is to make: ``NN-name.xml``."""
    pages = [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), PROJECT / "Makefile"]
    named = {
        (page.name, path)
        for page in pages
        for path in re.findall(
            r"(?<![\w/])(?:benchmarks|pipelines|tests|training|transforms)/[\w./-]+\.\w+",
            page.read_text(encoding="utf-8"),
        )
    }
    assert len(named) > 40
    assert [(page, path) for page, path in sorted(named) if "NN-" not in path and not (PROJECT / path).exists()] == []
