"""Runners and schedulers."""
from . import runner, scheduler
