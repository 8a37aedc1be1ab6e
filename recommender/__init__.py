"""Paste a draft abstract, get the papers it should cite."""

import os

# OpenMP reads it once, when it is loaded. Threads that spin while they wait take twice as long as soon as anything else
# runs on the machine; such as sleep lose a tenth on an idle one.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
