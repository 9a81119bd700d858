"""Why a span was not counted, in plain words, and what to do about it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.display import spoken
from records.models.ledger import Reason

_WHY = {
    Reason.AHEAD_OF_CLOCK: gettext_lazy("手机上的时间走到前面去了，等一会儿会自己补上。"),
    Reason.TOO_LATE: gettext_lazy("这一段传上来太晚，规定不能算。可以重看，也可以说明情况。"),
    Reason.CLOCK_USED: gettext_lazy("这一段和别的学习撞在同一时间，只能算一次。想补就重看。"),
    Reason.FASTER_THAN_CLOCK: gettext_lazy("倍速看完的部分，按实际花的时间算。余下的可以再看一遍补上。"),
    Reason.NOT_VISIBLE: gettext_lazy("页面不在眼前或锁屏的时候停了表。重看这一段就能补上。"),
    Reason.OUTSIDE_PART: gettext_lazy("超出了这一段的长度，没有内容可学。不用补。"),
    Reason.SUPERSEDED: gettext_lazy("你在另一台设备上开了课，这边就停表了。两边只能算一边。"),
    Reason.AFTER_CLOSE: gettext_lazy("这一段在你点了结束以后。接着学，再开一次就行。"),
    Reason.SEQ_REUSED: gettext_lazy("同一段传了两次，内容不一样，只算先到的。"),
    Reason.MISSED_CHECK: gettext_lazy(
        "没等到你点“还在学吗”，上次确认之后的先没算。不用找人，重看这段就补回来。"
    ),
    Reason.DAY_CAP: gettext_lazy("当天已经学满，按规定不再计时。第二天起再看这段能算。"),
    Reason.PART_CAP: gettext_lazy("这一段能算的时间已经满了。"),
    Reason.COURSE_CAP: gettext_lazy("这门课能算的时间已经满了。"),
    Reason.LESSON_WITHDRAWN: gettext_lazy("这节课因为安全原因下架了。下架以前的都算数。"),
    Reason.LICENCE_EXPIRED: gettext_lazy("下载过期以后看的，没有算。连上网重看就行。"),
}
_NO_REPLAY = {
    Reason.OUTSIDE_PART,
    Reason.PART_CAP,
    Reason.COURSE_CAP,
    Reason.LESSON_WITHDRAWN,
    Reason.AHEAD_OF_CLOCK,
}


def why(reason: str) -> str:
    """Return the cause, what it means and what to do, in at most two sentences."""
    return str(_WHY[Reason(reason)])


def made_up(reason: str) -> str:
    """
    Return the cause of what was played again since and counts by now.

    >>> made_up(Reason.NOT_VISIBLE)
    '页面不在眼前，后来重看，已经补上了。'
    """
    return _("{cause}，后来重看，已经补上了。").format(cause=Reason(reason).label)


def what(ms: int) -> str:
    """
    Return how much was not counted.

    >>> what(200_000)
    '3 分 20 秒没有算'
    """
    return _("{time}没有算").format(time=spoken(ms))


def helps_to_replay(reason: str) -> bool:
    """Tell whether playing the span again can earn it."""
    return Reason(reason) not in _NO_REPLAY
