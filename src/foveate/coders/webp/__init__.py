"""WebP by libwebp, as it is: it takes no map, so that the map only says what quality means."""
