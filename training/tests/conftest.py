"""Tests import onnxruntime before the package that turns its telemetry off."""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
