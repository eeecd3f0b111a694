"""The manual of the API is what its OpenAPI says."""

from transforms.page.server import api_manual


def test_the_manual_is_current():
    assert api_manual.FILE.read_text(encoding="utf-8") == api_manual.text(), (
        "python -m transforms.page.server.api_manual"
    )


def test_each_address_and_parameter_is_explained():
    made = api_manual.text()
    assert made.count("## `/api/") == 9
    for line in made.splitlines():
        if line.startswith("| `"):
            assert line.split(" | ")[-1].strip(" |"), line
