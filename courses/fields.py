"""A StreamField whose block definitions stay out of migrations."""

from typing import Any

from wagtail.fields import StreamField


class LessonField(StreamField):
    """
    Blocks change with every release and the column never does: written into migrations they would make one for each
    new help text, and a removed block would break old migrations. So a migration knows only that there is a stream.
    """

    def __init__(self, block_types: Any = (), **kwargs: Any) -> None:
        super().__init__(block_types, **kwargs)

    def deconstruct(self) -> Any:
        name, path, _args, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        return name, path, [], kwargs
