"""`foveate service`: pictures by URL, cropped, resized and compressed where people look.

It answers requests in a documented part of imgproxy's URL grammar, with imgproxy's signatures, so
that client libraries of imgproxy work.
"""
