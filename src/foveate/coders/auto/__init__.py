"""The format that suits a client and a picture best, of those that the client takes."""
