"""
The editorial house rules as data: page tree, groups, permissions, workflow. Run at set-up and again after upgrades.

Not a migration: permissions and content types exist only after all migrations, and an operator may run it any time.
"""

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Site,
    Workflow,
    WorkflowContentType,
    WorkflowPage,
    WorkflowTask,
)

from accounts.models import Role
from courses.models import CourseEdition, CourseIndexPage, ReviewTask

WORKFLOW = "课程审核"
STEPS = [("专业审核", Role.TRADE_REVIEWER), ("内容审核", Role.CONTENT_REVIEWER)]
COLLECTION = "课程素材"

_ADMIN = "wagtailadmin.access_admin"
_READ_STANDARDS = "occupations.view_occupationalstandard"
_CHOOSE = [
    _READ_STANDARDS,
    "occupations.view_occupation",
    "occupations.view_skilllevel",
    "instructors.view_instructorprofile",
]
_PATHS = [f"courses.{verb}_learningpath" for verb in ("add", "change", "delete", "view")]
_NOTICES = ["courses.add_safetynotice", "courses.change_safetynotice", "courses.view_safetynotice"]
_WRITE = ["media.add_video", "media.change_video", "media.view_video", *_NOTICES, *_CHOOSE]
_READ_EDITIONS = "courses.view_courseedition"
_PERMISSIONS: dict[Role, list[str]] = {
    Role.INSTRUCTOR: [_ADMIN, _READ_EDITIONS, *_WRITE],
    Role.LESSON_EDITOR: [
        _ADMIN,
        _READ_EDITIONS,
        *_WRITE,
        *_PATHS,
        "occupations.add_occupationalstandard",
        "occupations.change_occupationalstandard",
        "instructors.add_instructorprofile",
        "instructors.change_instructorprofile",
        "instructors.add_graderule",
        "instructors.change_graderule",
        "instructors.delete_graderule",
    ],
    Role.TRADE_REVIEWER: [_ADMIN, _READ_EDITIONS, _READ_STANDARDS, "instructors.view_instructorprofile"],
    Role.CONTENT_REVIEWER: [_ADMIN, _READ_EDITIONS, _READ_STANDARDS, "instructors.view_instructorprofile"],
}
_PAGE_PERMISSIONS = {Role.INSTRUCTOR: ["add"], Role.LESSON_EDITOR: ["add", "change", "lock", "unlock"]}
_FILE_PERMISSIONS = ["add_image", "choose_image", "add_document", "choose_document"]


def group_name(role: str) -> str:
    """Return the name of the Django group that carries a role's rights in the CMS."""
    return f"role:{role}"


@transaction.atomic
def setup_cms() -> CourseIndexPage:
    """Bring page tree, groups, permissions and workflow to what the house rules say; running it again changes nothing."""
    index = _page_tree()
    collection = _collection()
    for role, names in _PERMISSIONS.items():
        group, _ = Group.objects.get_or_create(name=group_name(role))
        group.permissions.set(_permissions(names))
        GroupPagePermission.objects.filter(group=group).delete()
        GroupPagePermission.objects.bulk_create(
            GroupPagePermission(group=group, page=index, permission=permission)
            for permission in _permissions(f"wagtailcore.{n}_page" for n in _PAGE_PERMISSIONS.get(role, []))
        )
        GroupCollectionPermission.objects.filter(group=group).delete()
        if role in _PAGE_PERMISSIONS:
            GroupCollectionPermission.objects.bulk_create(
                GroupCollectionPermission(group=group, collection=collection, permission=permission)
                for permission in _file_permissions()
            )
    _workflow()
    return index


def _page_tree() -> CourseIndexPage:
    root = Page.objects.filter(depth=1).get()
    site = Site.objects.filter(is_default_site=True).first()
    home = site.root_page if site else root.get_children().first()
    if home is None:
        home = root.add_child(instance=Page(title="首页", slug="home"))
    if home.title.startswith("Welcome"):
        home.title = home.draft_title = "首页"
        home.save(clean=False)
    if site is None:
        Site.objects.create(hostname="localhost", root_page=home, is_default_site=True, site_name="技能强国")
    Site.objects.filter(is_default_site=True, site_name="").update(site_name="技能强国")
    index = CourseIndexPage.objects.first()
    return index or home.add_child(instance=CourseIndexPage(title="课程", slug="courses", live=True))


def _collection() -> Collection:
    found = Collection.objects.filter(name=COLLECTION).first()
    return found or Collection.get_first_root_node().add_child(name=COLLECTION)


def _permissions(names: Iterable[str]) -> list[Permission]:
    found = []
    for name in names:
        app, _, codename = name.partition(".")
        found.append(Permission.objects.get(content_type__app_label=app, codename=codename))
    return found


def _file_permissions() -> list[Permission]:
    return list(
        Permission.objects.filter(
            content_type__app_label__in=["wagtailimages", "wagtaildocs"], codename__in=_FILE_PERMISSIONS
        )
    )


def _workflow() -> None:
    """One workflow for editions, and none for pages: a page is never reviewed or published by itself."""
    WorkflowPage.objects.all().delete()
    workflow, _ = Workflow.objects.get_or_create(name=WORKFLOW)
    for order, (name, role) in enumerate(STEPS):
        asks = role == Role.CONTENT_REVIEWER
        task, _ = ReviewTask.objects.get_or_create(name=name, defaults={"asks_points": asks})
        if task.asks_points != asks:
            ReviewTask.objects.filter(pk=task.pk).update(asks_points=asks)
        task.groups.set([Group.objects.get(name=group_name(role))])
        WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": order})
    content_type = ContentType.objects.get_for_model(CourseEdition)
    WorkflowContentType.objects.update_or_create(content_type=content_type, defaults={"workflow": workflow})
