"""Why something about an objection or a correction is not done; the message is for the person who asked for it."""

from django.utils.translation import gettext as _

from core.display import spoken


class CorrectionError(Exception):
    """Base of them all; ``str()`` of one is a plain sentence."""

    def __str__(self) -> str:
        return self.words()

    def words(self) -> str:
        return _("这一步没有做成。刷新页面再看看。")


class NoSuchSpan(CorrectionError):
    """The learner has no such refused span, or it was taken back."""

    def words(self) -> str:
        return _("没有找到这一段未计的时间，可能后来已经算上了。")


class AlreadyObjected(CorrectionError):
    """Each refused span can be objected to once."""

    def words(self) -> str:
        return _("这一段已经提过异议了，答复会发到你的消息里。")


class NobodyAnswers(CorrectionError):
    """The learner belongs to no union that could answer."""

    def words(self) -> str:
        return _("异议由你的工会答复。先加入工会，再回来提。")


class AlreadyDecided(CorrectionError):
    """Somebody else was first."""

    def words(self) -> str:
        return _("已经有人处理过了。刷新页面就能看到结果。")


class NotInScope(CorrectionError):
    """The officer's appointments do not reach there."""

    def words(self) -> str:
        return _("这不在你的任职范围里。")


class OwnCause(CorrectionError):
    """Nobody decides about the own time."""

    def words(self) -> str:
        return _("自己的学时要由别人处理。请单位的另一位干部或上级工会办。")


class SecondPersonNeeded(CorrectionError):
    """Who filed a correction does not approve it."""

    def words(self) -> str:
        return _("这是你提交的，要由另一个人复核。")


class NothingToGive(CorrectionError):
    """No time of this can be credited (any more)."""

    def words(self) -> str:
        return _("这一段没有能补的时间：后来重看已经算上了，或者同一时间已经记了别的学习。")


class TooMuch(CorrectionError):
    """More time than the record allows; ``most_ms`` is the limit."""

    def __init__(self, most_ms: int) -> None:
        super().__init__(most_ms)
        self.most_ms = most_ms

    def words(self) -> str:
        return _("最多只能记 {time}：超过了这一段实际的时间，或者和已经记过的学时重叠。").format(
            time=spoken(self.most_ms)
        )


class NotCorrectable(CorrectionError):
    """The entry cannot be reversed: it is none, is a reversal itself, or was reversed or is being corrected."""

    def words(self) -> str:
        return _("这一笔不能更正：它已经更正过，或者正在等复核。")


class WordsMissing(CorrectionError):
    """A decision is given with its reason."""

    def words(self) -> str:
        return _("请写一句理由，对方看得到。")


class TooMany(CorrectionError):
    """More objections in a day than a person has reason for."""

    def words(self) -> str:
        return _("今天提的异议太多了，明天再来。已经提的都会答复。")
