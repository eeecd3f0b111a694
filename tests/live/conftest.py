"""What ``make prepare`` made, for the tests that start it; they are skipped where it is missing."""

import prepare
import pytest


def prepared(path):
    if not path.exists():
        pytest.skip(f"{path.name} is not there: run 'make prepare', which says why where it cannot be made")
    return path


@pytest.fixture(scope="session")
def pstest():
    """Google's fake of Pub/Sub, as a program."""
    return prepared(prepare.PSTEST)


@pytest.fixture(scope="session")
def prism():
    """Beam's Prism, as a program."""
    return prepared(prepare.PRISM)


@pytest.fixture(scope="session")
def emulators_python():
    """The Python of the environment that holds the emulators of BigQuery and Cloud Storage."""
    prepared(prepare.EMULATORS_READY)
    return prepare.EMULATORS_PYTHON
