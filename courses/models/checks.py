"""Which rules of the standards check an operator has switched off."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class SwitchedOffRule(models.Model):
    """A rule (its ``key`` in ``courses.checks.RULES``) that courses are not held to; no row: the rule stands."""

    key = models.CharField(max_length=40, primary_key=True)
    reason = models.CharField(_("为什么关"), max_length=200)
    switched_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    switched_at = models.DateTimeField()

    class Meta:
        verbose_name = _("停用的检查")
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="switched_off_rule_has_reason")
        ]

    def __str__(self) -> str:
        return self.key
