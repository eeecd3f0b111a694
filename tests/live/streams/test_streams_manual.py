"""The manual's table of what each Pub/Sub server can do is the contract suite's."""

from pathlib import Path

import test_pubsub_contract as contract

MANUAL = Path(__file__).parents[3] / "docs" / "streams.md"


def table():
    """Each feature of the contract, and whether ``meetwire emulator`` and Google's fake have it."""
    yield "| a client can count on this | `meetwire emulator` | Google's `pstest` |"
    yield "|---|---|---|"
    for name in vars(contract):
        if name.startswith("test_"):
            feature = name.removeprefix("test_")
            had = [contract.LACKING[kind].get(feature) for kind in ("emulator", "pstest")]
            yield f"| {feature.replace('_', ' ')} | " + " | ".join(f"no: {why}" if why else "yes" for why in had) + " |"


def test_the_manual_shows_what_the_contract_suite_found():
    assert "\n".join(table()) in MANUAL.read_text("utf-8")
