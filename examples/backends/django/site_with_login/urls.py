from django.urls import path

from . import views

urlpatterns = [
    path("", views.home),
    path("login", views.login_page),
    path("login/otp", views.log_in),
    path("return-to.js", views.return_to_script),
    path("account", views.account),
    path("logout", views.log_out),
    path("logout-everywhere", views.log_out_everywhere),
]
