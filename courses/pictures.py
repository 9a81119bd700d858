"""Looking at a picture from a stranger before it comes into the library."""

import io
import warnings

from PIL import Image as PillowImage

MOST_PIXELS = 40_000_000


def is_picture(content: bytes) -> bool:
    """Tell whether bytes are a whole picture that does not unfold to more than a page can use."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PillowImage.DecompressionBombWarning)
            with PillowImage.open(io.BytesIO(content)) as image:
                is_small = image.width * image.height <= MOST_PIXELS
                image.verify()
                return is_small
    except Exception:  # noqa: BLE001 - a decoder's own complaint, of whatever kind, means the same: no picture
        return False
