"""Uploads, videos, their renditions and protected delivery. Knows no course."""
