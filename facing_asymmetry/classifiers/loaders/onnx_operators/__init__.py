"""ONNX operators in torch, one function each; `table` is where they are found."""
