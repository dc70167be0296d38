"""Workloads, parameter sources and what prepares data."""
from .workload import *
