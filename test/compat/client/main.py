"""Runs every check of the official Python client against a simulator: main.py ACCESS.json FIXTURES"""

import json
import logging
import sys
import warnings
from importlib import import_module

from context import Context
from runner import run_all

# In this order: later flows use what earlier ones made.
for topic in ("session", "projects", "publish", "data", "people", "faults"):
    import_module(f"flows_{topic}")

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

with open(sys.argv[1], encoding="utf-8") as file:
    access = json.load(file)

sys.exit(0 if run_all(Context(access, sys.argv[2])) else 1)
