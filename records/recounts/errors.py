"""Why a recount is not done; the message is for the person who asked for it."""

from collections.abc import Sequence

from django.utils.translation import gettext as _


class RecountError(Exception):
    """Base of them all; ``str()`` of one is a plain sentence."""

    def __str__(self) -> str:
        return self.words()

    def words(self) -> str:
        return _("这一步没有做成。刷新页面再看看。")


class NotRecountable(RecountError):
    """The version differs in fields that decided before anything was recorded; ``fields`` are their columns."""

    def __init__(self, fields: Sequence[str], names: Sequence[str]) -> None:
        super().__init__(*fields)
        self.fields, self.names = tuple(fields), tuple(names)

    def words(self) -> str:
        return _(
            "这一版还改了{fields}。这些在播放的当时就判断了，事后没有依据重算；能重算的只有每天、每段、每门课的计时上限。"
        ).format(fields="、".join(self.names))


class NothingChanges(RecountError):
    """The dry run found nobody whose time would change."""

    def words(self) -> str:
        return _("按这一版重算，没有人的学时会变，不用重算。")


class DaysWrong(RecountError):
    """The days are not over, or the last lies before the first."""

    def words(self) -> str:
        return _("只能重算已经过完的日子，最后一天不能早于第一天。")


class OutOfReach(RecountError):
    """The version belongs to no owner that has a say for this union."""

    def words(self) -> str:
        return _("这一版规则管不到这家工会。")


class NotInScope(RecountError):
    """The officer's appointments do not reach there."""

    def words(self) -> str:
        return _("这不在你的任职范围里。")


class SecondPersonNeeded(RecountError):
    """Who filed a recount does not approve it."""

    def words(self) -> str:
        return _("这是你提交的，要由另一个人复核。")


class AlreadyDecided(RecountError):
    """Somebody else was first."""

    def words(self) -> str:
        return _("已经有人处理过了。刷新页面就能看到结果。")


class WordsMissing(RecountError):
    """A request and a refusal are given with their reason."""

    def words(self) -> str:
        return _("请写一句理由，工友和复核的人都会看到。")
