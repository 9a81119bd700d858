from django.urls import path

from accounts.views import door, messages

app_name = "accounts"
urlpatterns = [
    path("accounts/phone/", door.phone, name="phone"),
    path("accounts/phone/code/", door.phone_code, name="phone_code"),
    path("accounts/phone/resend/", door.phone_resend, name="phone_resend"),
    path("about/privacy/", door.privacy, name="privacy"),
    path("me/messages/", messages.messages, name="messages"),
    path("me/messages/read/", messages.read_all, name="read_all"),
    path("me/messages/<str:key>/", messages.open_message, name="open_message"),
]
