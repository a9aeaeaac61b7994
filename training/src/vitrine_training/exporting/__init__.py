"""From a checkpoint to a folder of ONNX files with a manifest."""
