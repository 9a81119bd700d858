"""What can be wrong with a business act on unions. ``message`` is for people; ``code`` is for programs and tests."""

from django.utils.translation import gettext_lazy as _

__all__ = [
    "AlreadyMember",
    "CodeUnknown",
    "LevelNotAllowed",
    "LoopInTree",
    "NameNotGiven",
    "NotAMemberUnion",
    "NoticePeriodWrong",
    "PeriodTaken",
    "RequestClosed",
    "RequestOpen",
    "StudyAfterwards",
    "UnionClosed",
    "UnionError",
    "UnionNotFound",
]


class UnionError(Exception):
    """An act that the rules of the tree do not allow; nothing was changed."""

    code = "union_error"
    message = _("这一步现在做不了。")

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or str(self.message))


class UnionNotFound(UnionError):
    code, message = "union_not_found", _("没有找到这家工会。请核对代码。")


class CodeUnknown(UnionError):
    code, message = "code_unknown", _("没有这个邀请码。再核对一遍，或者按名称找单位。")


class UnionClosed(UnionError):
    code, message = "union_closed", _("这家工会已经撤销，不能再加入。")


class NotAMemberUnion(UnionError):
    code, message = "not_a_member_union", _("会员只能加入基层工会。请选自己单位的工会。")


class LevelNotAllowed(UnionError):
    code, message = "level_not_allowed", _("这一级工会不能放在它下面。")


class LoopInTree(UnionError):
    code, message = "loop_in_tree", _("不能放到自己的下级里。")


class PeriodTaken(UnionError):
    code, message = "period_taken", _("这段时间已经有隶属关系了。")


class AlreadyMember(UnionError):
    code, message = "already_member", _("你已经是这家工会的会员了。")


class RequestOpen(UnionError):
    code, message = "request_open", _("你有一份申请还在等确认。先撤回，再申请别的单位。")


class RequestClosed(UnionError):
    code, message = "request_closed", _("这份申请已经办完了。")


class NameNotGiven(UnionError):
    code, message = "name_not_given", _("请填姓名，工会要核对花名册。")


class StudyAfterwards(UnionError):
    code, message = "study_afterwards", _("这一天之后已有学时记在原单位。会籍从最后一笔学时的当天起转。")


class NoticePeriodWrong(UnionError):
    code, message = "notice_period_wrong", _("结束要在开始当天或之后，最长一年。")
