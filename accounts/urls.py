from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("accounts/phone/", views.phone, name="phone"),
    path("accounts/phone/code/", views.phone_code, name="phone_code"),
    path("accounts/phone/resend/", views.phone_resend, name="phone_resend"),
    path("about/privacy/", views.privacy, name="privacy"),
    path("me/messages/", views.messages, name="messages"),
    path("me/messages/read/", views.read_all, name="read_all"),
    path("me/messages/<uuid:message>/", views.open_message, name="open_message"),
]
