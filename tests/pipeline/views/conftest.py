"""Tables with names of every kind and length, for what shows them."""

import pytest
from making import article, participant, report
from odd_names import LINK, PARTIES

from transforms import rows
from transforms.tables.sinks import Tables


@pytest.fixture(scope="session")
def tables(tmp_path_factory):
    """One meeting for each kind of names, and one that is hardly to be believed."""
    folder = str(tmp_path_factory.mktemp("views") / "tables")
    articles, reports = [], []
    for number, (kind, parties) in enumerate(PARTIES.items()):
        made = article(kind, title=f"{kind}: Málaga – “talks”", link=LINK, feed_title="Example Wire")
        date = rows.MeetingDate(f"2023-04-{number + 1:02}", f"2023-05-{number + 1:02}", "day", "then", "sentence")
        said = rows.Evidence(0, 9, f"The {kind} parties met in Málaga, a spokesman said. " * 3, "body")
        reports.append(report(made, meeting=kind, participants=parties, date=date, evidence=[said]))
        articles.append(made)
    doubtful = article("doubtful")
    reports.append(report(doubtful, meeting="doubtful", confidence=0.3, participants=[participant("Nobody Much")] * 2))
    told = {"articles": [*articles, doubtful], "entities": [], "meeting_reports": reports}
    Tables([folder]).write_all(told)
    return folder
