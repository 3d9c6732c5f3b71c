"""What runs a network besides torch: OpenVINO and onnxruntime, on a CPU, in single precision and without gradient."""
