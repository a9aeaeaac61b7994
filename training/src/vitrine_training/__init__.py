"""Training, export and packaging of the models that Vitrine runs."""

import os

# onnxruntime's packages report sessions to Microsoft otherwise, from their import on.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
