"""The CMS looks like the rest of the community: our components, our colours over Wagtail's (site/static/css/cms.css)."""

from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from wagtail import hooks


@hooks.register("insert_global_admin_css")
def our_colours() -> SafeString:
    sheets = ("css/tokens.css", "css/components/making.css", "css/cms.css")
    return format_html_join("", '<link rel="stylesheet" href="{}">', ((static(sheet),) for sheet in sheets))
