"""Model fields for personal data: encrypted at rest, found again by a blind index beside them."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import FieldError
from django.db import models

from core import keys


class EncryptedTextField(models.TextField):
    """
    A text that the database holds only as ciphertext. Empty stays empty, so that "not given" needs no key.

    Look-ups on it are refused, because they could never match: filter on the blind index beside it.
    """

    @property
    def context(self) -> str:
        return f"{self.model._meta.label}.{self.name}"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return keys.encrypt(value, context=self.context) if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return keys.decrypt(value, context=self.context) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in {"isnull"}:
            raise FieldError(f"{self.context} is encrypted: look it up by its blind index")
        return super().get_lookup(lookup_name)


class BlindIndexField(models.CharField):
    """
    The keyed hash of another field's value, kept equal to it on each save and bulk_create.

    ``normalize`` brings equal values to one form before hashing (a phone number with and without +86).
    Null where the source is empty, so that a unique constraint binds only those who gave a value.
    """

    def __init__(
        self, *args: Any, source: str = "", normalize: Callable[[str], str] | None = None, **kwargs: Any
    ):
        self.source = source
        self.normalize = normalize
        kwargs.setdefault("max_length", 64)
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["source"] = self.source
        return name, path, args, kwargs

    def index_of(self, value: str) -> str | None:
        """Return the index under which ``value`` is stored in this column, or None for an empty value."""
        value = self.normalize(value) if self.normalize and value else value
        return keys.blind_index(value, context=f"{self.model._meta.label}.{self.source}") if value else None

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        index = self.index_of(getattr(model_instance, self.source) or "")
        setattr(model_instance, self.attname, index)
        return index
