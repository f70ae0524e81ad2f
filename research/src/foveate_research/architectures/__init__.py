"""The networks as torch modules, one file a family; the package runs their ONNX files."""
