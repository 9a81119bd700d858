"""One module a clip: HUE (of canvas.HUES), CAPTIONS (start, end in seconds, words) and draw(canvas, seconds)."""
