import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_with_login.settings")
execute_from_command_line(sys.argv)
