"""
Sign-up and sign-in. By phone with a code (``accounts.phone_door``); by phone, e-mail or user name with a password, by
e-mail with a code, and everything about passwords through django-allauth.
"""

from skillspower.settings.env import env

AUTH_USER_MODEL = "accounts.User"
# One back end: a second one would hash each wrong password again.
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

SMS_GATEWAY = env.sms_gateway
EMAIL_GATEWAY = env.email_gateway
TRUSTED_PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT = env.trusted_proxies
DEFAULT_FROM_EMAIL = "no-reply@localhost"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"signup": "accounts.forms.EmailSignupForm", "login": "accounts.forms.PasswordLoginForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email", "phone"}
# "phone" opens allauth's pages for changing a number; signing up by phone is accounts.phone_door.
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1*"]
ACCOUNT_SIGNUP_REDIRECT_URL = "/welcome/"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 600
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
# A workshop of several hundred may share one address, so the limits by address are wide and those by account narrow.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "100/m/ip,5/300s/key",
    "signup": "100/m/ip",
    "request_login_code": "100/m/ip,1/55s/key,10/d/key",
    "verify_phone": "1/55s/key,100/m/ip",
}
PHONE_CODE_SECONDS = 300
PHONE_CODE_ATTEMPTS = 5
