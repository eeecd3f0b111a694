"""The reader as a component of a spaCy pipeline: ``nlp.add_pipe("meetwire_reader")``.

Behind it ``doc._.meetwire_sight`` holds what the encoder saw around the words of meeting; None where there are none.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from transforms.reader.network import WEIGHTS, network

ATTRIBUTE = "meetwire_sight"


class ReaderComponent:
    """Reads each Doc with the weights in ``folder``.

    Raises:
        ReaderError: the weights are missing or damaged, or ONNX Runtime is not installed.
    """

    def __init__(self, folder: Path = WEIGHTS) -> None:
        self.network = network(folder)
        if not Doc.has_extension(ATTRIBUTE):
            Doc.set_extension(ATTRIBUTE, default=None)

    def __call__(self, doc: Doc) -> Doc:
        """``doc``, read."""
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], batch_size: int = 16) -> Iterator[Doc]:
        """The same for a stream; windows of one batch are encoded together by length."""
        waiting = iter(docs)
        while texts := list(islice(waiting, batch_size)):
            for doc, sight in zip(texts, self.network.read([doc.text for doc in texts]), strict=True):
                doc._.set(ATTRIBUTE, sight)
                yield doc


@Language.factory("meetwire_reader", default_config={"weights": None})
def make_reader(nlp: Language, name: str, weights: str | None) -> ReaderComponent:
    """The factory; ``weights`` is a folder of weights, None for the package's own."""
    return ReaderComponent(Path(weights) if weights else WEIGHTS)
