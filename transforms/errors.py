"""The base of every error that meetwire raises on purpose."""


class MeetwireError(Exception):
    """Something that meetwire cannot do; its text is one line that names the fault and, where there is one, the remedy.

    Each subclass derives from a built-in exception as well (``ValueError`` for a bad input, ``OSError`` for a failing
    service), so that code that knows nothing of meetwire can catch it too.
    """
