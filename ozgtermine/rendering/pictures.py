"""QR codes: pictures of an address, dark on light in every colour scheme, for a camera needs the contrast."""

import segno


def qr_code(address: str) -> str:
    """Return the picture as a `data:` address of an SVG (ISO/IEC 18004, level M)."""
    return segno.make(address, error="m").svg_data_uri(scale=4, border=3, dark="#000", light="#fff")
