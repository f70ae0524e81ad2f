"""The authors' published weights, in Caffe's and NumPy's files, to our networks."""
