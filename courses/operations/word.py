"""Bringing a Word document in as a draft lesson."""

import io
import json
from dataclasses import dataclass

from django.core.files.images import ImageFile
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage
from wagtail.models import Collection

from accounts.models import User
from courses.forms import free_address
from courses.models import LessonPage, ModulePage
from courses.operations.setup_cms import COLLECTION
from courses.pictures import is_picture
from courses.rules import Block
from courses.word import FoundPicture, Imported, read_document
from courses.word.reading import unreadable_pictures


@dataclass(frozen=True)
class ImportedLesson:
    """The lesson made, what came over by kind, and sentences about what did not."""

    lesson: LessonPage
    came: dict[str, int]
    left: list[str]


def import_lesson(*, module: ModulePage, content: bytes, name: str, by: User) -> ImportedLesson:
    """
    Make a draft lesson of a DOCX at the end of a module. ``name`` is the file's; it is the title if the text has none.

    :raises UnreadableDocument: if the file is none that we take; nothing is left behind then.
    """
    found = read_document(content)
    refused = [
        block for block in found.blocks if isinstance(block, FoundPicture) and not is_picture(block.content)
    ]
    if refused:
        found.left.append(unreadable_pictures(len(refused)))
        found.came["picture"] -= len(refused)
    return _make(module, found, name, by, {id(block) for block in refused})


@transaction.atomic
def _make(module: ModulePage, found: Imported, name: str, by: User, refused: set[int]) -> ImportedLesson:
    title = (found.title or name.rsplit(".", 1)[0]).strip()[:255] or str(_("没有名称"))
    blocks: list[Block] = []
    for block in found.blocks:
        if not isinstance(block, FoundPicture):
            blocks.append(block)
        elif id(block) not in refused:
            image = _keep(block, title, by)
            blocks.append({"type": "image", "value": {"image": image.pk, "alt": block.alt, "caption": ""}})
    lesson = LessonPage(
        title=title,
        slug=free_address(title, parent=module),
        body=json.dumps(blocks, ensure_ascii=False),
        live=False,
        owner=by,
    )
    module.add_child(instance=lesson)
    lesson.save_revision(user=by, clean=False)
    return ImportedLesson(lesson, {kind: n for kind, n in found.came.items() if n > 0}, found.left)


def _keep(found: FoundPicture, title: str, by: User) -> AbstractImage:
    collection = Collection.objects.filter(name=COLLECTION).first() or Collection.get_first_root_node()
    image = get_image_model()(title=(found.alt or title)[:255], collection=collection, uploaded_by_user=by)
    image.file = ImageFile(io.BytesIO(found.content), name=found.name)
    image.save()
    kept: AbstractImage = image
    return kept
