"""
Users in the CMS. Real names are encrypted on the person, so the CMS finds people by user name or e-mail and shows how
they are called; a role's own group is given with the role (``manage.py grant_role``), not by hand.
"""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.users.forms import UserForm as WagtailUserForm
from wagtail.users.views.users import UserViewSet as WagtailUserViewSet

from accounts.models import Person, User
from accounts.operations.roles import group_name

FIELDS = ["username", "email", "is_superuser", "groups"]


class UserForm(WagtailUserForm):
    first_name = None
    last_name = None
    email = forms.EmailField(required=False, label=_("邮箱"))

    class Meta:
        model = User
        fields = FIELDS
        widgets = {"groups": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = Q(user=self.instance) if self.instance.pk else Q(pk=None)
        groups = self.fields["groups"]
        groups.queryset = groups.queryset.filter(~Q(name__startswith=group_name("")) | held).distinct()

    def save(self, commit: bool = True) -> Any:
        if self.instance.person_id is None:
            self.instance.person = Person.objects.create()
        return super().save(commit)


class UserEditForm(UserForm):
    password_required = False

    class Meta(UserForm.Meta):
        fields = [*FIELDS, "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        editing_self = kwargs.pop("editing_self", False)
        super().__init__(*args, **kwargs)
        if editing_self:
            del self.fields["is_active"]
            del self.fields["is_superuser"]


class UserViewSet(WagtailUserViewSet):
    create_template_name = "accounts/cms/create_user.html"
    edit_template_name = "accounts/cms/edit_user.html"

    def get_form_class(self, for_update: bool = False) -> type[UserForm]:
        return UserEditForm if for_update else UserForm
