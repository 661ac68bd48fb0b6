"""The texts in a document."""


def texts(document):
    """All strings in a document, one a line."""

    def strings_of(value):
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            for item in value:
                yield from strings_of(item)
        elif hasattr(value, "__dataclass_fields__"):
            for name in value.__dataclass_fields__:
                yield from strings_of(getattr(value, name))

    return "\n".join(strings_of(document))
