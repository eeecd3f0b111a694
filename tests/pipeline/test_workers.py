"""With several processes the tables are those of one."""

import dataclasses

from deployment import ROOT, Deployment, articles, publish

from pipelines.configuration import settings_file
from pipelines.streaming import drain


def test_two_processes_give_the_tables_of_one(tmp_path):
    raws = articles(tmp_path, 220)
    rows = []
    for workers in (1, 2):
        deployment = Deployment(tmp_path / str(workers))
        publish(deployment.stream, raws)
        settings = dataclasses.replace(
            settings_file.load(ROOT / "configs" / "local.yaml"),
            state=str(deployment.folder / "state.sqlite"),
            stream=deployment.stream,
            tables=(str(deployment.tables),),
            workers=workers,
        )
        fates = drain(settings, "extract")
        assert (fates.messages, fates.complete) == (220, True)
        rows.append(deployment.rows())
    assert rows[0]["meetings"]
    assert rows[0] == rows[1]
