"""
Policies of routes whose views are not ours. They guard themselves; here stands what they ask, for the permission table.
"""

from core.policies import Policy, public, register_routes, signed_in

cms = Policy("cms", lambda request, **kwargs: request.user.has_perm("wagtailadmin.access_admin"))


def register() -> None:
    """Name the policy of every library's routes, once, when the addresses are loaded."""
    register_routes("accounts/", public)
    register_routes("accounts/email/", signed_in)
    register_routes("accounts/password/change/", signed_in)
    register_routes("accounts/password/set/", signed_in)
    register_routes("accounts/phone/change/", signed_in)
    register_routes("accounts/reauthenticate/", signed_in)
    register_routes("accounts/logout/", public)
    register_routes("cms/", cms)
    register_routes("cms/login/", public)
    register_routes("cms/password_reset/", public)
    register_routes("documents/", public)
    register_routes(
        "api/v1/", public
    )  # each call asks for its token or session itself and answers with a problem
    register_routes("_util/", public)
    register_routes("^((", public)  # Wagtail's pages; each asks its own restrictions
